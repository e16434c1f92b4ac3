// The Coverage tab: fetched when it is opened, and fetched anew when the documents have changed since.
(() => {
  "use strict";
  const place = () => document.querySelector("[data-kin-coverage-place]");
  let open = false;
  let shown = "";

  const say = (words) => {
    const line = document.createElement("p");
    line.className = "kin-notice";
    line.textContent = words;
    const again = document.createElement("button");
    again.className = "kin-button";
    again.textContent = "Try again";
    again.addEventListener("click", load);
    place().replaceChildren(line, again);
    shown = "";
  };

  const load = async () => {
    try {
      const answer = await fetch("coverage");
      const words = await answer.text();
      if (!answer.ok) return say(words);
      if (words === shown) return;
      const page = new DOMParser().parseFromString(words, "text/html");
      place().replaceChildren(document.adoptNode(page.querySelector("[data-kin-coverage]")));
      shown = words;
    } catch {
      say("What the documents cover could not be fetched. Is the server still running?");
    }
  };

  const look = () => {
    const here = place();
    const visible = Boolean(here?.checkVisibility());
    if (visible && !open) load();
    open = visible;
  };
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "style", "hidden"] });
  addEventListener("DOMContentLoaded", look);
})();
