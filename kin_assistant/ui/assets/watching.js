// Watched questions: kept by this browser with what was quoted last, asked again, and told what changed.
(() => {
  "use strict";
  const PREFIX = "kin.watched.";
  const VERSION = 1;
  const MOST = 30;
  const find = (selector) => document.querySelector(selector);
  const isText = (value) => typeof value === "string";
  const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

  // Keeping: a line of the file of questions, and the file of its kept answer, which are the server's to write and to read.

  const read = (key) => {
    try {
      const one = JSON.parse(localStorage.getItem(key));
      const { version, line, name, kept, added, asked } = one ?? {};
      if (version === VERSION && [line, name, kept].every(isText) && Number.isFinite(added)) return { key, line, name, kept, added, asked };
    } catch {
      // what cannot be read is not shown, and stays as it is
    }
    return null;
  };
  const list = () => {
    try {
      const keys = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at));
      const known = keys.filter((key) => key.startsWith(PREFIX)).map(read).filter(Boolean);
      return known.sort((one, other) => one.added - other.added || one.key.localeCompare(other.key));
    } catch {
      return []; // the browser keeps nothing for this page
    }
  };
  // Empty, or the sentence that says why it is not kept.
  const write = ({ key, ...one }) => {
    if (!localStorageHolds(key) && list().length >= MOST) return `${MOST} questions are watched, and no more can be. Take one off the list first.`;
    try {
      localStorage.setItem(key, JSON.stringify({ version: VERSION, ...one }));
      return "";
    } catch (error) {
      return error.name === "QuotaExceededError" ? "This browser has no room for another question." : "This browser keeps nothing for this page.";
    }
  };
  const localStorageHolds = (key) => list().some((one) => one.key === key);
  const add = (line, name) => {
    const known = list();
    const same = known.find((one) => one.line === line);
    if (same) return { one: same, fault: "" };
    const added = Math.max(Date.now(), (known.at(-1)?.added ?? 0) + 1); // in the order in which they came
    const one = { key: PREFIX + window.kin.store.newId(), line, name, kept: "", added, asked: null };
    return { one, fault: write(one) };
  };

  const post = async (address, fields) => {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields) });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  const reason = (error) => (error instanceof TypeError ? "The server cannot be reached just now." : error.message);

  // What came of asking again, by key; it is gone with the page.
  const told = new Map();
  const review = async (one) => {
    const { html, kept, state } = await post("watched/review", { line: one.line, kept: one.kept });
    const failed = state === "failed";
    const fault = failed || !read(one.key) ? "" : write({ ...one, kept, asked: Date.now() });
    const shown = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
    told.set(one.key, document.adoptNode(shown));
    return { state, fault };
  };

  // The list.

  const say = (words) => {
    const said = find("[data-kin-watched-said]");
    if (said) said.textContent = words;
  };
  const row = (one) => {
    const line = find("[data-kin-watched-row]").content.cloneNode(true).firstElementChild;
    line.dataset.kinWatchedKey = one.key;
    line.querySelector("h3").textContent = one.name;
    line.querySelector(".kin-meta").textContent = one.asked ? `Last asked ${when.format(one.asked)}` : "Not asked yet";
    if (told.has(one.key)) line.querySelector("[data-kin-change-place]").replaceChildren(told.get(one.key));
    for (const button of line.querySelectorAll("button")) button.setAttribute("aria-label", `${button.textContent}: ${one.name}`);
    return line;
  };
  const draw = () => {
    const place = find("[data-kin-watched-list]");
    if (!place) return;
    const known = list();
    place.replaceChildren(...known.map(row));
    find("[data-kin-no-watched]").hidden = known.length > 0;
    for (const button of document.querySelectorAll("[data-kin-review-all], [data-kin-watched-export]")) button.disabled = !known.length;
  };

  const reviewOne = async (key) => {
    const one = read(key);
    if (!one) return draw();
    say("Asking\u2026");
    try {
      const { fault } = await review(one);
      say(fault);
    } catch (error) {
      say(reason(error));
    }
    draw();
    find(`[data-kin-watched-key="${CSS.escape(key)}"] [data-kin-review]`)?.focus();
  };

  const ENDS = { changed: "changed", same: "as before", new: "asked for the first time", failed: "could not be asked" };
  let running = false;
  const reviewAll = async () => {
    if (running) return;
    running = true;
    const counts = {};
    const all = list();
    let fault = "";
    for (const [at, one] of all.entries()) {
      say(`Asking ${at + 1} of ${all.length}\u2026`);
      try {
        const done = await review(one);
        counts[done.state] = (counts[done.state] ?? 0) + 1;
        fault ||= done.fault;
      } catch (error) {
        fault = `${reason(error)} ${all.length - at} of ${all.length} were not asked.`;
        break;
      }
    }
    running = false;
    draw();
    const ends = Object.entries(ENDS).filter(([state]) => counts[state]);
    say([ends.map(([state, words]) => `${counts[state]} ${words}`).join(", "), fault].filter(Boolean).join(". "));
  };

  const watch = async (button) => {
    const done = button.closest(".kin-actions").querySelector(".kin-done");
    done.textContent = "Keeping the question\u2026";
    try {
      // The server names it as the list does.
      const [{ line, name }] = await post("watched/questions", { text: button.dataset.kinWatch });
      const { one, fault } = add(line, name);
      if (!fault && !one.kept) await review(one);
      told.delete(one.key); // the answer is on the page
      done.textContent = fault || "Watched: it is on the Watched tab";
    } catch (error) {
      done.textContent = reason(error);
    }
    draw();
  };

  const save = () => {
    const text = list().map((one) => `${one.line}\n`).join("");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = "questions.txt";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    say("Saved as questions.txt, for kin watch-questions or another browser.");
  };

  const load = async (box) => {
    const [file] = box.files;
    if (!file) return;
    box.value = "";
    try {
      const lines = await post("watched/questions", { text: await file.text() });
      const before = list().length;
      const fault = lines.map(({ line, name }) => add(line, name).fault).find(Boolean) ?? "";
      draw();
      const number = list().length - before;
      say(`${number} question${number === 1 ? "" : "s"} added. ${fault}`.trim());
    } catch (error) {
      say(reason(error));
    }
  };

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target instanceof Element && event.target.closest(selector);
    const keyOf = (button) => button.closest("[data-kin-watched-key]").dataset.kinWatchedKey;
    if (on("[data-kin-watch]")) watch(on("[data-kin-watch]"));
    else if (on("[data-kin-review-all]")) reviewAll();
    else if (on("[data-kin-review]")) reviewOne(keyOf(on("[data-kin-review]")));
    else if (on("[data-kin-watched-export]")) save();
    else if (on("[data-kin-watched-import]")) find("[data-kin-watched-file]").click();
    else if (on("[data-kin-unwatch]")) {
      localStorage.removeItem(keyOf(on("[data-kin-unwatch]")));
      draw();
      say("It is no longer watched.");
      (find("[data-kin-watched-list] [data-kin-unwatch]") ?? find("[data-kin-watched-import]")).focus();
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target instanceof Element && event.target.matches("[data-kin-watched-file]")) load(event.target);
  });
  addEventListener("storage", (event) => {
    if (event.key === null || event.key.startsWith(PREFIX)) draw();
  });

  // A tab's contents are made when it is first opened.
  let drawn = null;
  new MutationObserver(() => {
    const place = find("[data-kin-watched-list]");
    if (place === drawn) return;
    drawn = place;
    draw();
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
