// Runs once in each HTML component that offers questions, takes verdicts or shows a brief: hands clicks on to the server.
let rated = null;
const isAsking = () => document.documentElement.classList.contains("kin-asking");

if (element.querySelector(".kin-turns")) {
  document.addEventListener("kin:recall", (event) => trigger("submit", event.detail));
  document.addEventListener("kin:edited", (event) => trigger("edit", event.detail));
}

element.addEventListener("click", (event) => {
  const offer = event.target.closest("[data-kin-ask]");
  if (offer) {
    if (isAsking()) return;
    document.dispatchEvent(new Event("kin:asked"));
    trigger("submit", { question: offer.dataset.kinAsk });
    return;
  }
  const change = event.target.closest("[data-kin-change]");
  if (change) {
    if (isAsking()) return;
    document.dispatchEvent(new Event("kin:asked"));
    trigger("select", { turn: change.closest(".kin-turn").id, change: change.dataset.kinChange });
    return;
  }
  const retry = event.target.closest("[data-kin-retry]");
  if (retry) {
    if (isAsking()) return;
    const turn = retry.closest(".kin-turn");
    document.dispatchEvent(new Event("kin:asked"));
    document.dispatchEvent(new Event("kin:retried"));
    trigger("submit", { kept: turn.dataset.kinKept, last: "", instead: turn.id });
    return;
  }
  const button = event.target.closest("[data-kin-verdict]");
  if (button) {
    const box = button.closest("[data-kin-turn]");
    const comment = "kinComment" in button.dataset ? box.querySelector("textarea").value : "";
    rated = box.dataset.kinTurn;
    trigger("like", { turn: box.dataset.kinTurn, verdict: button.dataset.kinVerdict, comment });
  }
});

watch("value", () => {
  // Gradio changes elements in place: what was ticked in one brief must not be ticked in the next.
  element.querySelector("form")?.reset();
  // The buttons of a verdict are replaced by thanks: the focus must not be lost with them.
  const box = rated && document.querySelector(`#${rated} .kin-feedback`);
  rated = null;
  if (box) (box.querySelector("textarea") ?? box).focus();
});
