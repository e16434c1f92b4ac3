// On the page that is shown while the server cannot be reached: looks for it, and opens what was wanted once it is there.
(() => {
  "use strict";
  const SECONDS = 4;
  const button = document.querySelector("[data-kin-try]");
  const isOwnAddress = location.pathname.endsWith("/offline");

  const look = async () => {
    try {
      if (!(await fetch("manifest.json", { cache: "no-store" })).ok) return;
    } catch {
      return; // not yet
    }
    if (isOwnAddress) location.replace(document.baseURI);
    else location.reload();
  };
  const keepLooking = async () => {
    if (!document.hidden) await look();
    setTimeout(keepLooking, SECONDS * 1000);
  };

  button.addEventListener("click", look);
  addEventListener("online", look);
  setTimeout(keepLooking, SECONDS * 1000);
})();
