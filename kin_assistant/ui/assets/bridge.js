// Runs once in each HTML component that offers questions, takes verdicts or shows a brief: hands clicks on to the server.
let rated = null;

element.addEventListener("click", (event) => {
  const offer = event.target.closest("[data-kin-ask]");
  if (offer) {
    document.dispatchEvent(new Event("kin:asked"));
    trigger("submit", { question: offer.dataset.kinAsk });
    return;
  }
  const change = event.target.closest("[data-kin-change]");
  if (change) {
    document.dispatchEvent(new Event("kin:asked"));
    trigger("select", { turn: change.closest(".kin-turn").id, change: change.dataset.kinChange });
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
