// Runs once in each HTML component that offers questions or takes verdicts: hands clicks on to the server.
element.addEventListener("click", (event) => {
  const offer = event.target.closest("[data-kin-ask]");
  if (offer) {
    document.dispatchEvent(new Event("kin:asked"));
    trigger("submit", { question: offer.dataset.kinAsk });
    return;
  }
  const button = event.target.closest("[data-kin-verdict]");
  if (button) {
    const box = button.closest("[data-kin-turn]");
    const comment = "kinComment" in button.dataset ? box.querySelector("textarea").value : "";
    trigger("like", { turn: box.dataset.kinTurn, verdict: button.dataset.kinVerdict, comment });
  }
});
