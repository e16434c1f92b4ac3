// Light or dark: as the system is, or as somebody chose, which this browser keeps. Runs before anything is drawn.
(() => {
  "use strict";
  const KEY = "kin.appearance";
  // Where the colours of each scheme apply. Paper is always light.
  const MEDIA = {
    system: { light: "(prefers-color-scheme: light)", dark: "screen and (prefers-color-scheme: dark)" },
    light: { light: "all", dark: "not all" },
    dark: { light: "not all", dark: "screen" },
  };
  const known = (words) => (Object.hasOwn(MEDIA, words) ? words : "system");
  let chosen = "system";
  const read = () => {
    try {
      chosen = known(localStorage.getItem(KEY));
    } catch {
      // the browser keeps nothing for this page: what is chosen holds until it is left
    }
  };
  const keep = () => {
    try {
      if (chosen === "system") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, chosen);
    } catch {
      // as above
    }
  };

  const sheet = document.querySelector("link[data-kin-scheme=dark]");

  // Gradio marks the page as dark as the system says, and writes the header anew.
  const follow = () => {
    document.body?.classList.toggle("dark", matchMedia(sheet.media).matches);
    for (const box of document.querySelectorAll("[data-kin-appearance]")) {
      if (box.value !== chosen) box.value = chosen;
      if (box.parentElement.hidden) box.parentElement.hidden = false;
    }
  };
  const apply = () => {
    for (const one of document.querySelectorAll("[data-kin-scheme]")) {
      one.setAttribute("media", MEDIA[chosen][one.dataset.kinScheme]);
    }
    follow();
  };
  const reread = () => {
    read();
    apply();
  };
  reread();

  new MutationObserver(follow).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["class"],
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", follow);
  document.addEventListener("change", (event) => {
    if (!(event.target instanceof Element) || !event.target.matches("[data-kin-appearance]")) return;
    chosen = known(event.target.value);
    keep();
    apply();
  });
  // Another window chose, maybe while this page was left.
  addEventListener("storage", (event) => {
    if (event.key === null || event.key === KEY) reread();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) reread();
  });
})();
