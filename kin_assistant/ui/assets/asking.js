// Asking: say so at once, stop, ask what the address says, and find the server again when it was away.
(() => {
  "use strict";
  const kin = (window.kin ??= {});
  const root = document.documentElement;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const box = () => document.querySelector("#kin-question textarea");
  const tell = (name) => document.dispatchEvent(new Event(name));

  kin.show = (element, block) => element.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block });
  kin.fill = (question) => {
    box().value = question;
    box().dispatchEvent(new Event("input", { bubbles: true }));
    box().focus();
    kin.show(box(), "nearest");
  };

  // A question that is edited takes the place of the one that it was, and of what followed that.
  let editing = null;
  kin.edit = (turn, question) => {
    const after = [...document.querySelectorAll(".kin-turn")].reverse().indexOf(turn);
    editing = turn.id;
    const rest = after ? ` and the ${after === 1 ? "one" : after} after it` : "";
    kin.say(`When you ask, your edited question takes the place of the one above${rest}.`, "Do not edit", () => {
      leaveEditing();
      kin.fill("");
    });
    kin.fill(question);
  };
  const leaveEditing = () => {
    if (editing) kin.say("");
    editing = null;
  };

  const isAsking = () => root.classList.contains("kin-asking");
  const asked = () => root.classList.add("kin-asking");
  // An answer or a message is there, or nobody waits any longer.
  const settled = () => {
    root.classList.remove("kin-asking");
    tell("kin:settled");
  };

  // Where no question is written there is nothing to ask: Gradio never hears of it, and the box waits for one.
  const ask = (event) => {
    const asks = box().value.trim() && !isAsking();
    if (asks) asked();
    if (asks && !editing) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    box().focus();
    if (!asks) return;
    tell("kin:retried");
    const detail = { turn: editing, question: box().value };
    document.dispatchEvent(new CustomEvent("kin:edited", { detail }));
  };

  document.addEventListener("kin:asked", () => {
    leaveEditing(); // it is another question that was asked
    asked();
  });
  const sends = (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing;
  const inQuestion = (event) => event.target instanceof Element && event.target.matches("#kin-question textarea");
  for (const name of ["keydown", "keypress"]) {
    document.addEventListener(
      name,
      (event) => {
        if (!sends(event) || !inQuestion(event)) return;
        // Of one stroke the first event asks, and the second is the same.
        if (name === "keypress" && isAsking()) return;
        ask(event);
      },
      { capture: true },
    );
  }
  document.addEventListener(
    "click",
    (event) => {
      const on = (selector) => event.target instanceof Element && event.target.closest(selector);
      if (on("#kin-ask")) ask(event);
      if (on("#kin-stop")) {
        settled();
        box().focus();
      }
    },
    { capture: true },
  );

  // Gradio's lists have no words for "nothing chosen", and call what takes a choice back by its number.
  const hint = () => {
    for (const one of document.querySelectorAll("#kin-filters input[role=combobox]:not([placeholder])")) one.placeholder = "any";
    for (const one of document.querySelectorAll(".token > .token-remove")) {
      const words = `Remove ${one.parentElement.querySelector("span").textContent}`;
      if (one.getAttribute("aria-label") !== words) one.setAttribute("aria-label", words);
    }
  };
  hint();

  // The link that skips to the question leads there from every tab.
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest(".kin-skip[href='#kin-question']")) return;
    event.preventDefault();
    document.querySelector("#kin-tabs [role=tab][data-tab-id=ask]").click();
    requestAnimationFrame(() => box()?.focus());
  });

  // Gradio changes elements in place, so a new turn may be an old element with another id.
  let known = [];
  const look = () => {
    const turns = [...document.querySelectorAll(".kin-turn")];
    const ids = turns.map((turn) => turn.id);
    if (ids.join() === known.join()) return;
    const added = turns.filter((turn) => !known.includes(turn.id)).at(-1);
    known = ids;
    if (!ids.includes(editing)) leaveEditing();
    settled();
    if (added) requestAnimationFrame(() => kin.show(added, "start"));
  };

  let ready = false;
  const begin = () => {
    if (ready || !document.querySelector("#kin-conversation .kin-turns") || !box()) return;
    ready = true;
    const draft = kept("kin.draft");
    if (draft && !box().value) kin.fill(draft);
    // By then Gradio listens.
    setTimeout(() => {
      tell("kin:ready");
      askAddress();
    }, 100);
  };

  new MutationObserver((changes) => {
    hint();
    look();
    begin();
    const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node instanceof Element);
    if (added.some((node) => node.matches(".toast-body") || node.querySelector(".toast-body"))) settled();
  }).observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["id"] });

  // A question in the address is asked once: the address is plain again before the answer comes.

  const parameters = new URLSearchParams(location.search);
  const inAddress = parameters.get("q")?.trim() ?? "";
  // The address of an answer has more than a question. The server reads it.
  const linked = inAddress && parameters.has("build") ? location.search : "";
  kin.isAskedByAddress = inAddress !== "";
  if (location.search) history.replaceState(history.state, "", location.pathname);
  const askAddress = () => {
    if (!inAddress) return;
    if (linked) {
      // What could not be asked is in the box.
      document.addEventListener("kin:settled", () => document.querySelector(".kin-turn") || kin.fill(inAddress), { once: true });
      tell("kin:asked");
      const detail = { kept: linked, last: "", instead: "" };
      document.dispatchEvent(new CustomEvent("kin:recall", { detail }));
      return;
    }
    if (inAddress.length > box().maxLength) {
      kin.say(`The question in the address has more than ${box().maxLength.toLocaleString("en")} characters, so it was not asked.`);
      return;
    }
    kin.fill(inAddress);
    setTimeout(() => document.querySelector("#kin-ask").click(), 50);
  };

  // What is being written outlives the page.

  const kept = (key) => {
    try {
      return sessionStorage.getItem(key) ?? "";
    } catch {
      return ""; // the browser keeps nothing for this page
    }
  };
  addEventListener("pagehide", () => {
    try {
      sessionStorage.setItem("kin.draft", box()?.value ?? "");
    } catch {
      // as above
    }
  });

  // A server that was started again knows nothing of this page: the page is opened again, with all that it keeps.

  let away = false;
  const LOOK_SECONDS = 4;
  const watch = async () => {
    let next = LOOK_SECONDS;
    try {
      if (!document.hidden) {
        const answer = await fetch("gradio_api/app_id", { cache: "no-store" });
        if (answer.ok && String((await answer.json()).app_id) !== String(window.gradio_config.app_id)) return location.reload();
        if (away) kin.say("");
        away = false;
      }
    } catch {
      next = 1;
      if (!away) kin.say("The server cannot be reached just now. This page tries again by itself, and keeps what you write.");
      away = true;
    }
    setTimeout(watch, next * 1000);
  };
  document.addEventListener("kin:ready", watch);
})();
