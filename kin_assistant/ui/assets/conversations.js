// Conversations that outlive the page: kept after each question, listed, named, opened again.
(() => {
  "use strict";
  const { store } = window.kin;
  const kin = window.kin;
  const find = (selector) => document.querySelector(selector);
  const OPEN = "kin.open"; // of this window
  const remember = (id) => {
    try {
      if (id) sessionStorage.setItem(OPEN, id);
      else sessionStorage.removeItem(OPEN);
    } catch {
      // the browser keeps nothing for this page
    }
  };
  const remembered = () => {
    try {
      return sessionStorage.getItem(OPEN);
    } catch {
      return null;
    }
  };

  kin.say = (words, label, act) => {
    const notice = find("[data-kin-said]");
    const button = notice.querySelector("button");
    notice.hidden = !words;
    notice.querySelector("span").textContent = words;
    button.hidden = !label;
    button.textContent = label ?? "";
    button.onclick = act ?? null;
  };

  // Keeping.

  let current = null; // the conversation on this page as it is kept: its id, and the ids of its turns
  let renewed = false; // turns that were answered anew have other ids than those that are kept
  const shown = () =>
    [...document.querySelectorAll(".kin-turn")].map((turn) => ({
      id: turn.id,
      question: turn.querySelector(".kin-question").lastChild.textContent.trim(),
      kept: turn.dataset.kinKept ?? "",
    }));
  const idsOf = (turns) => turns.map((turn) => turn.id);
  const open = (id, turns) => {
    current = id && { id, ids: idsOf(turns) };
    remember(id);
  };

  const keep = () => {
    const turns = shown().filter((turn) => turn.kept);
    const same = renewed || !current || turns.some((turn) => current.ids.includes(turn.id));
    renewed = false;
    if (!turns.length || (current && current.ids.join() === idsOf(turns).join())) return;
    const known = current && store.read(current.id);
    let said = "";
    if (known && !(known.record && idsOf(known.record.turns).join() === current.ids.join())) {
      said = "This conversation went on in another window too. What you asked here is kept as a conversation of its own.";
      current = null;
    } else if (!same) {
      said = "The server no longer knew this conversation, so the question was asked on its own. What came before is among your conversations.";
      current = null;
    }
    const id = current?.id ?? store.newId();
    // A name of its own stays; else it is the first question, which may have been edited.
    const record = current && known?.record;
    const named = record && record.name !== record.turns[0].question.slice(0, store.MOST_NAME);
    const fault = store.write(id, (named && record.name) || turns[0].question, turns);
    if (fault) remember(null);
    else open(id, turns);
    if (fault || said) kin.say(fault || said);
    list();
  };

  // Opening again: the server shows what it holds still, or answers one question after the other anew.

  let opening = null;

  const reopen = (id) => {
    const known = store.read(id);
    if (!known?.record) return known && kin.say(`The conversation cannot be opened. ${known.fault}`);
    opening = { id, turns: known.record.turns, done: 0, last: shown().at(-1)?.id, paused: false };
    remember(id);
    kin.say("");
    bring();
  };

  const bring = () => {
    const { turns, done } = opening;
    opening.paused = false;
    kin.say(`Bringing back the conversation: ${done + 1} of ${turns.length}\u2026`);
    document.dispatchEvent(new Event("kin:asked"));
    const detail = { kept: turns[done].kept, last: done ? "" : turns.at(-1).id, instead: "" };
    document.dispatchEvent(new CustomEvent("kin:recall", { detail }));
  };

  const brought = () => {
    const now = shown();
    const { id, turns, done, last } = opening;
    const all = now.at(-1)?.id === turns.at(-1).id;
    if (!all && (now.at(-1)?.id === last || !now.length)) {
      opening.paused = true;
      return kin.say(`${turns.length - done} of ${turns.length} questions are not brought back yet.`, "Go on", bring);
    }
    opening.done += 1;
    opening.last = now.at(-1).id;
    if (!all && opening.done < turns.length) return bring();
    opening = null;
    kin.say("");
    if (now.every((turn) => turn.kept)) open(id, turns);
    else open(null); // what could not be read stays where it is
    renewed = true;
    keep();
  };

  document.addEventListener("kin:retried", () => (renewed = true));
  document.addEventListener("kin:settled", () => {
    if (opening && !opening.paused) return brought();
    const now = shown();
    if (opening && now.at(-1)?.id !== opening.last) {
      opening = null; // somebody asked something else meanwhile
      open(null);
      kin.say("");
    }
    if (now.length) keep();
    else if (!opening) open(null);
  });
  document.addEventListener("kin:ready", () => {
    list();
    const id = remembered();
    if (kin.isAskedByAddress) remember(null);
    else if (id) reopen(id);
  });

  // The list.

  const panel = () => find("[data-kin-conversations]");
  const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
  const few = (number) => `${number} question${number === 1 ? "" : "s"}`;

  const list = () => {
    const known = store.list();
    const button = find("[data-kin-conversations-open]");
    button.hidden = !known.length && !panel().open;
    button.textContent = `Conversations (${known.length})`;
    find("[data-kin-no-conversations]").hidden = known.length > 0;
    find("[data-kin-conversation-list]").replaceChildren(...known.map(row));
  };

  const row = ({ id, record, fault }) => {
    const line = find("[data-kin-conversation-row]").content.cloneNode(true).firstElementChild;
    line.dataset.kinConversation = id;
    const name = line.querySelector("[data-kin-reopen]");
    const named = record ? record.name || "Without a name" : "A conversation that cannot be read";
    name.textContent = named;
    name.disabled = !record;
    if (current?.id === id) name.setAttribute("aria-current", "true");
    const here = current?.id === id ? ", open on this page" : "";
    line.querySelector(".kin-meta").textContent = record ? `${few(record.turns.length)}, ${when.format(record.changed)}${here}` : fault;
    line.querySelector("[data-kin-rename]").hidden = !record;
    for (const one of line.querySelectorAll("[data-kin-rename], [data-kin-delete]")) one.setAttribute("aria-label", `${one.textContent}: ${named}`);
    return line;
  };

  const rename = (line) => {
    const { record } = store.read(line.dataset.kinConversation) ?? {};
    if (!record) return list();
    const form = line.querySelector("form");
    const box = form.querySelector("input");
    form.hidden = false;
    box.maxLength = store.MOST_NAME;
    box.value = record.name;
    box.select();
    box.focus();
  };

  const renamed = (line, name) => {
    const { id, record } = store.read(line.dataset.kinConversation) ?? {};
    const words = name.trim();
    const fault = record && words ? store.put(id, JSON.stringify({ ...record, name: words })) : "";
    tell(fault || (words ? "Renamed." : "A name needs a word or two; the old one stays."));
    list();
    find(`[data-kin-conversation="${id}"] [data-kin-rename]`)?.focus();
  };

  const tell = (words, undo) => {
    const said = find("[data-kin-list-said]");
    said.querySelector("span").textContent = words;
    const button = said.querySelector("button");
    button.hidden = !undo;
    button.onclick = undo ?? null;
  };

  const remove = (id) => {
    const known = store.read(id);
    if (!known) return list();
    store.remove(id);
    // What the page shows is not kept again with the next question.
    if (current?.id === id) find("#kin-anew").click();
    list();
    tell("Deleted.", () => {
      tell(store.put(id, known.text) || "It is back.");
      list();
      find(`[data-kin-conversation="${id}"] button`)?.focus();
    });
    find("[data-kin-list-said] button").focus();
  };

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const on = (selector) => event.target.closest(selector);
    if (on("[data-kin-conversations-open]")) {
      tell("");
      list();
      return kin.openPanel(panel());
    }
    if (!on("[data-kin-conversations]")) return;
    const line = on("[data-kin-conversation]");
    if (event.target === panel() || on("[data-kin-close]")) panel().close();
    else if (on("[data-kin-reopen]")) {
      panel().close();
      if (current?.id !== line.dataset.kinConversation) reopen(line.dataset.kinConversation);
    } else if (on("[data-kin-rename]")) rename(line);
    else if (on("[data-kin-delete]")) remove(line.dataset.kinConversation);
  });
  document.addEventListener("submit", (event) => {
    if (!(event.target instanceof Element) || !event.target.matches("[data-kin-new-name]")) return;
    event.preventDefault();
    renamed(event.target.closest("[data-kin-conversation]"), event.target.querySelector("input").value);
  });
  addEventListener("storage", (event) => {
    if ((event.key === null || event.key.startsWith(store.PREFIX)) && find("[data-kin-conversations-open]")) list();
  });
})();
