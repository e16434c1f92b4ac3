// The Submit tab: a form whose draft this browser keeps. In the Documents tab: what was sent, for curators.
(() => {
  "use strict";
  const KEPT = "kin.practice"; // under which the draft is kept
  const VERSION = 1;
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const place = () => find("[data-kin-practice-place]");
  const form = () => find("[data-kin-practice]");
  const few = (number, one) => `${number.toLocaleString("en")} ${one}${number === 1 ? "" : "s"}`;
  const element = (tag, words, name = "") => {
    const made = document.createElement(tag);
    made.textContent = words;
    made.className = name;
    return made;
  };
  const parse = (html) => document.adoptNode(new DOMParser().parseFromString(html, "text/html").body);

  // The form comes from an address of its own, when the tab is opened.

  let loading = false;
  const load = async () => {
    loading = true;
    try {
      const answer = await fetch("practices");
      const words = await answer.text();
      if (!answer.ok) throw new Error(JSON.parse(words).message);
      place().replaceChildren(...parse(words).childNodes);
      open();
    } catch (error) {
      const again = element("button", "Try again", "kin-button");
      again.addEventListener("click", load);
      const why = error instanceof TypeError ? "The form could not be fetched. Is the server still running?" : error.message;
      place().replaceChildren(element("p", why, "kin-notice"), again);
    }
  };
  const look = () => {
    if (!loading && place()?.checkVisibility()) load();
  };
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "style", "hidden"] });
  addEventListener("DOMContentLoaded", look);

  // What stands in the form: as it was typed for the draft, and as the server reads it.

  const rowsOf = (table) => all("[data-kin-table-row]", table).map((row) => Object.fromEntries(all("[data-kin-cell]", row).map((cell) => [cell.dataset.kinCell, cell.value])));
  const read = () => ({
    ...Object.fromEntries(all("[data-kin-field]", form()).map((box) => [box.dataset.kinField, box.value])),
    themes: all("[data-kin-themes] :checked", form()).map((box) => box.value),
    ...Object.fromEntries(all("[data-kin-table]", form()).map((table) => [table.dataset.kinTable, rowsOf(table)])),
  });
  const submission = () => {
    const typed = read();
    const names = (words) => words.split(/[,;]/);
    return { ...typed, cities: names(typed.cities), countries: names(typed.countries) };
  };
  const isEmpty = (typed) => Object.values(typed).every((value) => (typeof value === "string" ? !value : value.every((row) => typeof row === "object" && Object.values(row).every((cell) => !cell))));

  const addRow = (table) => {
    const rows = all("[data-kin-table-row]", table);
    const row = rows[0].cloneNode(true);
    for (const cell of all("[data-kin-cell]", row)) {
      cell.value = "";
      cell.removeAttribute("aria-invalid");
    }
    rows.at(-1).after(row);
    return row;
  };
  const write = (typed) => {
    const text = (value) => (typeof value === "string" ? value : "");
    for (const box of all("[data-kin-field]", form())) box.value = text(typed[box.dataset.kinField]);
    for (const box of all("[data-kin-themes] input", form())) box.checked = Array.isArray(typed.themes) && typed.themes.includes(box.value);
    for (const table of all("[data-kin-table]", form())) {
      const given = Array.isArray(typed[table.dataset.kinTable]) ? typed[table.dataset.kinTable].slice(0, Number(table.dataset.kinMost)) : [];
      for (const row of all("[data-kin-table-row]", table).slice(1)) row.remove();
      for (let number = 1; number < given.length; number += 1) addRow(table);
      all("[data-kin-table-row]", table).forEach((row, number) => {
        for (const cell of all("[data-kin-cell]", row)) cell.value = text(given[number]?.[cell.dataset.kinCell]);
      });
    }
    count();
  };

  // Counting, as the server counts.

  const wordsIn = (text) => text.split(/\s+/).filter((word) => word && !["-", "*", "\u2022", "\u00b7"].includes(word)).length;
  const count = () => {
    for (const counter of all("[data-kin-counter]", form())) {
      const words = wordsIn(find("[data-kin-field]", counter.parentElement).value);
      const most = Number(counter.dataset.kinCounter);
      counter.textContent = words ? `${words.toLocaleString("en")} of ${few(most, "word")}` : `${few(most, "word")} at most`;
      counter.classList.toggle("kin-warning", words > most);
    }
    const chosen = all("[data-kin-themes] :checked", form()).map((box) => box.value);
    find("[data-kin-chosen]", form()).textContent = chosen.length ? `Chosen: ${chosen.join(", ")}` : "";
    for (const table of all("[data-kin-table]", form())) {
      const rows = all("[data-kin-table-row]", table);
      find("[data-kin-row-add]", table).hidden = rows.length >= Number(table.dataset.kinMost);
      const isBlank = rows.length === 1 && all("[data-kin-cell]", rows[0]).every((cell) => !cell.value);
      for (const button of all("[data-kin-row-remove]", table)) button.hidden = isBlank;
    }
  };

  // The draft.

  const tell = (words) => {
    const line = find("[data-kin-practice-draft]");
    if (line && line.textContent !== words) line.textContent = words;
  };
  const keep = () => {
    try {
      const typed = read();
      if (isEmpty(typed)) localStorage.removeItem(KEPT);
      else localStorage.setItem(KEPT, JSON.stringify({ version: VERSION, typed }));
      tell(isEmpty(typed) ? "" : "This browser keeps the draft until you send or clear it.");
    } catch (error) {
      tell(
        error.name === "QuotaExceededError"
          ? "This browser has no room for the draft, so it is gone when you leave the page. Download it to keep it."
          : "This browser keeps nothing for this page, so the draft is gone when you leave it. Download it to keep it.",
      );
    }
  };
  const forget = () => {
    try {
      localStorage.removeItem(KEPT);
    } catch {
      // nothing was kept
    }
  };
  const open = () => {
    count();
    let kept = null;
    try {
      kept = localStorage.getItem(KEPT);
    } catch {
      return tell("This browser keeps nothing for this page, so a draft is gone when you leave it. Download it to keep it.");
    }
    if (kept === null) return;
    try {
      const draft = JSON.parse(kept);
      if (draft.version !== VERSION || typeof draft.typed !== "object" || draft.typed === null) throw new Error("another version");
      write(draft.typed);
      tell("This is the draft that this browser kept. It keeps it until you send or clear it.");
    } catch {
      tell("This browser keeps a draft that this page cannot open. It is replaced when you write another.");
    }
  };
  let saving = 0;
  const changed = () => {
    count();
    clearTimeout(saving);
    saving = setTimeout(keep, 300);
  };
  // What was typed last is kept too when the page is left.
  addEventListener("pagehide", () => {
    if (form() && !isEmpty(read())) keep();
  });
  document.addEventListener("input", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-kin-practice]")) changed();
  });
  document.addEventListener("submit", (event) => {
    if (event.target instanceof Element && event.target.matches("[data-kin-practice]")) event.preventDefault();
  });

  // Faults stand at their fields; the first one gets the keyboard.

  const boxOf = (name) => {
    const [field, number, part] = name.split(".");
    const table = find(`[data-kin-table="${field}"]`, form());
    if (!table) return find(field === "themes" ? "[data-kin-themes] input" : `[data-kin-field="${field}"]`, form());
    const rows = all("[data-kin-table-row]", table).filter((row) => all("[data-kin-cell]", row).some((cell) => cell.value.trim()));
    return (number && find(`[data-kin-cell="${part}"]`, rows[Number(number)])) || find("[data-kin-row-add]", table);
  };
  const showFaults = (message, faults) => {
    for (const line of all("[data-kin-fault]", form())) {
      line.replaceChildren();
      line.hidden = true;
    }
    for (const box of all("[aria-invalid]", form())) box.removeAttribute("aria-invalid");
    find("[data-kin-practice-faults]").textContent = message;
    for (const { field, sentence } of faults) {
      const line = find(`[data-kin-fault="${field.split(".")[0]}"]`, form());
      line.append(...(line.childNodes.length ? [document.createElement("br")] : []), sentence);
      line.hidden = false;
      boxOf(field)?.setAttribute("aria-invalid", "true");
    }
    if (faults.length) boxOf(faults[0].field)?.focus();
  };

  // Asking the server. What changes something carries a header that no other site can set.

  const ask = async (method, path, body) => {
    try {
      return await fetch(path, { method, body, headers: { "X-Kin-Request": "1" } });
    } catch {
      return new Response(JSON.stringify({ message: "The server could not be reached." }), { status: 503 });
    }
  };
  const said = (words) => {
    find("[data-kin-practice-said]").textContent = words;
  };
  // The answer, or null where it is told why there is none.
  const post = async (path, busy) => {
    showFaults("", []);
    said(busy);
    const answer = await ask("POST", path, JSON.stringify(submission()));
    said("");
    if (answer.ok) return answer;
    const told = await answer.json().catch(() => ({ message: "The server could not answer." }));
    showFaults(told.message, told.faults ?? []);
    return null;
  };

  const preview = async () => {
    const answer = await post("practices/preview", "Making the preview\u2026");
    if (!answer) return;
    const shown = find("[data-kin-practice-preview]");
    shown.replaceChildren(...parse(await answer.text()).childNodes);
    shown.scrollIntoView({ block: "start" });
    shown.focus({ preventScroll: true });
  };
  const save = async () => {
    const answer = await post("practices/practice.md", "Writing the file\u2026");
    if (!answer) return;
    const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition"))[1];
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    said(`Downloaded as ${name}`);
  };
  const sendOff = async () => {
    const button = find("[data-kin-practice-send]");
    button.disabled = true;
    const answer = await post("practices/send", "Sending\u2026");
    button.disabled = false;
    if (!answer) return;
    empty();
    said((await answer.json()).message);
    find("[data-kin-practice-said]").focus();
  };
  const empty = () => {
    clearTimeout(saving);
    write({});
    showFaults("", []);
    find("[data-kin-practice-preview]").replaceChildren();
    forget();
    tell("");
  };

  // What cannot be brought back asks once more.

  const sure = (words, doing) =>
    new Promise((resolve) => {
      const box = document.createElement("dialog");
      box.className = "kin-ask-again";
      const question = element("p", words);
      question.id = "kin-practice-sure";
      box.setAttribute("aria-labelledby", question.id);
      const no = element("button", "Keep it", "kin-button");
      const yes = element("button", doing, "kin-button");
      no.addEventListener("click", () => box.close(""));
      yes.addEventListener("click", () => box.close("yes"));
      box.append(question, no, yes);
      box.addEventListener("close", () => {
        box.remove();
        resolve(box.returnValue === "yes");
      });
      document.body.append(box);
      box.showModal();
      no.focus();
    });

  document.addEventListener("click", async (event) => {
    if (!(event.target instanceof Element)) return;
    const on = (selector) => event.target.closest(selector);
    if (on("[data-kin-practice-show]")) return preview();
    if (on("[data-kin-practice-file]")) return save();
    if (on("[data-kin-practice-send]")) return sendOff();
    if (on("[data-kin-practice-clear]")) {
      if (isEmpty(read()) || (await sure("Clear the form? The draft is deleted and cannot be brought back.", "Clear it"))) {
        empty();
        said("");
      }
      return;
    }
    const adding = on("[data-kin-row-add]");
    if (adding) {
      find("[data-kin-cell]", addRow(adding.closest("[data-kin-table]"))).focus();
      return changed();
    }
    const removing = on("[data-kin-row-remove]");
    if (removing) {
      const table = removing.closest("[data-kin-table]");
      const row = removing.closest("[data-kin-table-row]");
      if (all("[data-kin-table-row]", table).length > 1) row.remove();
      else for (const cell of all("[data-kin-cell]", row)) cell.value = "";
      find("[data-kin-row-add]", table).focus();
      changed();
    }
  });

  // For curators: what waits, each whole when it is opened.

  const list = async () => {
    const here = find("[data-kin-waiting]");
    if (!here) return;
    const answer = await ask("GET", "practices/waiting");
    if (answer.ok) here.replaceChildren(...parse(await answer.text()).childNodes);
    else here.replaceChildren(element("p", (await answer.json()).message, "kin-warning"));
  };
  document.addEventListener("kin:listed", list);

  document.addEventListener(
    "toggle",
    async (event) => {
      if (!(event.target instanceof Element) || !event.target.matches("[data-kin-practice-id]") || !event.target.open) return;
      const whole = find("[data-kin-practice-whole]", event.target);
      if (whole.childNodes.length) return;
      whole.replaceChildren(element("p", "Fetching it\u2026", "kin-meta"));
      const answer = await ask("GET", `practices/waiting/${event.target.dataset.kinPracticeId}`);
      if (answer.ok) whole.replaceChildren(...parse(await answer.text()).childNodes);
      else whole.replaceChildren(element("p", (await answer.json()).message, "kin-warning"));
    },
    true,
  );
  const decide = async (entry, method) => {
    for (const button of all("button", entry)) button.disabled = true;
    const title = find("summary .kin-label", entry).textContent;
    const answer = await ask(method, `practices/waiting/${entry.dataset.kinPracticeId}`);
    const told = await answer.json();
    if (!answer.ok) {
      for (const button of all("button", entry)) button.disabled = false;
      find("[data-kin-practice-refused]", entry).textContent = told.message;
      return;
    }
    find("[data-kin-arrivals]").replaceChildren(element("li", `${title}: ${told.message}`));
    document.dispatchEvent(new Event("kin:changed")); // the list is fetched anew, and a sync that has begun is followed
    find("[data-kin-sync]").focus();
  };
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-kin-accept], [data-kin-decline]");
    if (!button) return;
    const entry = button.closest("[data-kin-practice-id]");
    if (button.matches("[data-kin-accept]")) return decide(entry, "POST");
    const title = find("summary .kin-label", entry).textContent;
    if (await sure(`Decline \u201c${title}\u201d? It is deleted and cannot be brought back.`, "Decline and delete it")) decide(entry, "DELETE");
  });
})();
