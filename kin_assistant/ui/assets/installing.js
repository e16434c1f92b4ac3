// Lets a browser show our own words where the server cannot be reached. Browsers offer this with encryption alone, or on one machine.
(() => {
  "use strict";
  const { src } = document.currentScript;
  addEventListener("load", () => {
    // Where it may not be kept, the page does without.
    navigator.serviceWorker?.register(new URL("../service-worker.js", src)).catch(() => {});
  });
})();
