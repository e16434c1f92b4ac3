// The Documents tab: the list and its filters; for curators adding, removing and syncing.
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const place = () => find("[data-kin-library-place]");
  const few = (number, one) => `${number.toLocaleString("en")} ${one}${number === 1 ? "" : "s"}`;
  const megabytes = 50;

  // The list comes from an address of its own, when the tab is opened and after each change.

  let loading = null;
  let following = false;
  const load = () => (loading = fetchList());
  const fetchList = async () => {
    const kept = [...document.querySelectorAll("[data-kin-sieve] :is(input, select)")].map((box) => [box.id, box.value]);
    const shown = { arrivals: find("[data-kin-arrivals]"), outcome: find("[data-kin-outcome]") };
    const focused = document.activeElement?.id;
    try {
      const answer = await fetch("library");
      if (!answer.ok) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      place().replaceChildren(document.adoptNode(page.querySelector("[data-kin-library]")));
    } catch {
      const again = element("button", "Try again", "kin-button");
      again.addEventListener("click", load);
      place().replaceChildren(element("p", "The list of documents could not be fetched. Is the server still running?", "kin-notice"), again);
      return;
    }
    for (const [id, value] of kept) {
      const box = document.getElementById(id);
      if (box) box.value = value;
    }
    // What was said to the curator stays, as does the place of the keyboard.
    for (const [name, old] of Object.entries(shown)) if (old) find(`[data-kin-${name}]`)?.replaceWith(old);
    if (focused) document.getElementById(focused)?.focus();
    sieve();
    document.dispatchEvent(new Event("kin:listed"));
    if (find("[data-kin-sync]") && !following) join();
  };
  // A practice was accepted or declined.
  document.addEventListener("kin:changed", load);
  // Somebody else may have begun to read the folder, or this page was left meanwhile.
  const join = async () => {
    const state = await send("GET", "corpus/sync");
    if (state.running && !following) follow();
  };
  const look = () => {
    const here = place();
    if (here && !loading && here.checkVisibility()) load();
  };
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "style", "hidden"] });
  addEventListener("DOMContentLoaded", look);

  // Filters.

  const sieve = () => {
    const form = find("[data-kin-sieve]");
    if (!form) return;
    const words = form.querySelector("[data-kin-find]").value.toLowerCase().split(/\s+/).filter(Boolean);
    const year = form.querySelector("[data-kin-year]").value.trim();
    const chosen = [...form.querySelectorAll("[data-kin-by]")].filter((box) => box.value);
    const fits = (row) => {
      const data = row.dataset;
      if (!words.every((word) => data.kinWords.includes(word))) return false;
      if (/^\d{4}$/.test(year)) {
        const [first, last] = data.kinYears.split("-");
        if (!first || year < first || year > last) return false;
      }
      return chosen.every((box) => {
        const facet = box.dataset.kinBy;
        return data[`kin${facet[0].toUpperCase()}${facet.slice(1)}`].split("\t").includes(box.value);
      });
    };
    const rows = [...document.querySelectorAll(".kin-list tbody tr")];
    for (const row of rows) row.hidden = !fits(row);
    const shown = rows.filter((row) => !row.hidden);
    const documents = shown.filter((row) => row.querySelector("[data-kin-read]")).length;
    const others = shown.length - documents;
    find("[data-kin-found]").textContent = few(documents, "document") + (others ? ` and ${few(others, "other file")}` : "");
    find(".kin-none").hidden = shown.length > 0;
  };

  // Another tab leads to the documents on a city, a country or a theme.
  const list = async (wanted) => {
    find("#kin-tabs [role=tab][data-tab-id=documents]").click();
    await (loading ?? load());
    const form = find("[data-kin-sieve]");
    if (!form) return; // the place says why there is no list
    form.reset();
    for (const box of form.querySelectorAll("[data-kin-by]")) box.value = wanted[box.dataset.kinBy] ?? "";
    sieve();
    find("#kin-all").scrollIntoView({ block: "start" });
    find("#kin-all").focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const asked = event.target instanceof Element && event.target.closest("[data-kin-list]");
    if (!asked) return;
    const { kinListCity: city, kinListCountry: country, kinListTheme: theme } = asked.dataset;
    list({ city, country, theme });
  });

  document.addEventListener("input", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-kin-sieve]")) sieve();
  });
  document.addEventListener("reset", (event) => {
    if (event.target.matches("[data-kin-sieve]")) setTimeout(sieve);
  });

  // Requests that change something carry a header that no other site can set.

  const send = async (method, path, body) => {
    try {
      const answer = await fetch(path, { method, body, headers: { "X-Kin-Request": "1" } });
      const told = await answer.json();
      return { ok: answer.ok, status: answer.status, ...told };
    } catch {
      return { ok: false, status: 0, message: "The server could not be reached." };
    }
  };
  const element = (tag, words, name = "") => {
    const made = document.createElement(tag);
    made.textContent = words;
    made.className = name;
    return made;
  };

  // Adding.

  const add = async (files) => {
    const list = find("[data-kin-arrivals]");
    list.replaceChildren();
    let added = 0;
    for (const file of files) {
      const line = element("li", `${file.name}: adding\u2026`);
      list.append(line);
      const told =
        file.size > megabytes * 1024 * 1024
          ? { ok: false, message: `The file is larger than ${megabytes} MB.` }
          : await send("PUT", `corpus/${encodeURIComponent(file.name)}`, file);
      line.textContent = `${file.name}: ${told.message}`;
      line.className = told.ok ? "" : "kin-warning";
      if (told.ok) added += 1;
    }
    if (added) await load();
  };

  document.addEventListener("change", async (event) => {
    if (!(event.target instanceof Element) || !event.target.matches("[data-kin-files]")) return;
    await add([...event.target.files]);
    event.target.value = "";
  });
  const dropping = (event) => (event.target instanceof Element ? event.target.closest("[data-kin-drop]") : null);
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      const box = dropping(event);
      if (!box) return;
      event.preventDefault();
      box.classList.add("kin-over");
    });
  }
  document.addEventListener("dragleave", (event) => dropping(event)?.classList.remove("kin-over"));
  document.addEventListener("drop", (event) => {
    // A file that misses the box must not replace the page.
    if (event.dataTransfer?.types.includes("Files") && place()?.checkVisibility()) event.preventDefault();
    const box = dropping(event);
    if (!box) return;
    box.classList.remove("kin-over");
    add([...event.dataTransfer.files]);
  });

  // Removing asks once more.

  const ask = document.createElement("dialog");
  ask.className = "kin-ask-again";
  ask.setAttribute("aria-labelledby", "kin-ask-again");
  const question = element("p", "");
  question.id = "kin-ask-again";
  const yes = element("button", "Remove the file", "kin-button");
  const no = element("button", "Keep it", "kin-button");
  ask.append(question, no, yes);
  no.addEventListener("click", () => ask.close(""));
  yes.addEventListener("click", () => ask.close("yes"));
  ask.addEventListener("cancel", () => { ask.returnValue = ""; });

  const sure = (path) =>
    new Promise((resolve) => {
      if (!ask.isConnected) document.body.append(ask);
      question.textContent = `Remove \u201c${path}\u201d from the corpus folder? The file is deleted and cannot be brought back from here.`;
      ask.returnValue = "";
      ask.addEventListener("close", () => resolve(ask.returnValue === "yes"), { once: true });
      ask.showModal();
      no.focus();
    });

  const remove = async (address, path) => {
    if (!(await sure(path))) return;
    const told = await send("DELETE", `corpus/${address}`);
    const list = find("[data-kin-arrivals]");
    list.replaceChildren(element("li", `${path}: ${told.message}`, told.ok ? "" : "kin-warning"));
    if (told.ok) await load();
    find("[data-kin-sync]")?.focus();
  };

  // Reading the folder, with how far it is.

  const outcome = (...nodes) => find("[data-kin-outcome]")?.replaceChildren(...nodes);
  const show = (state) => {
    const box = find("[data-kin-progress]");
    if (!box) return;
    box.hidden = !state.running;
    find("[data-kin-sync]").disabled = state.running;
    if (!state.running) return;
    const bar = box.querySelector("progress");
    if (state.total > 1) {
      bar.max = state.total;
      bar.value = state.done;
    } else {
      bar.removeAttribute("value");
    }
    const step = box.querySelector("[data-kin-step]");
    if (step.textContent !== state.step) step.textContent = state.step;
    const left = state.seconds_left === null ? "" : `, about ${few(Math.ceil(state.seconds_left), "second")} left in this step`;
    box.querySelector("[data-kin-left]").textContent = state.total > 1 ? `${state.done} of ${state.total}${left}` : "";
  };
  const report = (state) => {
    if (state.fault) return outcome(element("p", state.fault, "kin-warning"));
    if (!state.report) return outcome();
    const { totals, files, removed } = state.report;
    const parts = [`${totals.read} read`, `${totals.unchanged} unchanged`, `${totals.skipped} left out`, `${totals.failed} could not be read`, `${removed.length} removed`];
    const list = document.createElement("ul");
    for (const file of files) {
      const words = [file.status === "failed" ? file.reason : "", ...(file.status === "read" ? file.warnings : [])].filter(Boolean);
      if (words.length) list.append(element("li", `${file.path}: ${words.join("; ")}`));
    }
    const published = state.report.published ? "Done: answers now quote the folder as it is." : state.report.why;
    outcome(element("p", `${published} ${few(totals.found, "file")}: ${parts.join(", ")}.`), ...(list.children.length ? [list] : []));
  };
  const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
  const follow = async () => {
    following = true;
    try {
      await watch();
    } finally {
      following = false;
    }
  };
  const watch = async () => {
    for (;;) {
      const state = await send("GET", "corpus/sync");
      if (state.status !== 200) return outcome(element("p", state.message, "kin-warning"));
      show(state);
      if (!state.running) {
        report(state);
        find("#kin-refresh")?.click(); // the filters and the numbers beside the question
        await load();
        return find("[data-kin-outcome]")?.focus();
      }
      await pause(400);
    }
  };
  const sync = async () => {
    outcome();
    show({ running: true, step: "Looking for changes", done: 0, total: 0, seconds_left: null });
    const told = await send("POST", "corpus/sync");
    if (told.status === 202) return follow();
    show({ running: false });
    outcome(element("p", told.message, "kin-warning"));
  };

  // Logging in and out.

  document.addEventListener("submit", async (event) => {
    if (!event.target.matches("[data-kin-sieve], [data-kin-login]")) return;
    event.preventDefault();
    if (event.target.matches("[data-kin-sieve]")) return;
    const told = await send("POST", "corpus/login", event.target.querySelector("input").value);
    if (!told.ok) {
      event.target.querySelector("[data-kin-refused]").textContent = told.message;
      return;
    }
    await load();
    find("#kin-files")?.focus();
  });

  document.addEventListener("click", async (event) => {
    if (!(event.target instanceof Element)) return;
    const on = (selector) => event.target.closest(selector);
    const removed = on("[data-kin-remove]");
    if (removed) return remove(removed.dataset.kinRemove, removed.dataset.kinPath);
    if (on("[data-kin-sync]")) return sync();
    if (on("[data-kin-logout]")) {
      await send("POST", "corpus/logout");
      await load();
    }
  });
})();
