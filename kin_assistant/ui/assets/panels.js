// Panels over the page. The browser's Back closes the one that is open, and leaves the page as it is.
(() => {
  "use strict";
  const kin = (window.kin ??= {});
  const mark = () => {
    // Going back to an address with a fragment would take the focus there.
    if (location.hash) history.replaceState(history.state, "", location.pathname + location.search);
    history.pushState({ kinPanel: true }, "");
  };
  let shown = null;
  let goingBack = false; // which the browser does in its own time

  if (history.state?.kinPanel) history.replaceState(null, "");

  kin.openPanel = (panel) => {
    if (panel.open) return;
    panel.showModal();
    shown = panel;
    if (!goingBack) mark();
    panel.addEventListener(
      "close",
      () => {
        shown = null;
        if (!history.state?.kinPanel || goingBack) return;
        goingBack = true;
        history.back();
      },
      { once: true },
    );
  };

  addEventListener("popstate", () => {
    if (!goingBack) return shown?.close();
    goingBack = false;
    if (shown) mark(); // another one was opened meanwhile
  });
})();
