// The words of the page in another language, from a table that is fetched only for whoever reads it. What documents say, what was
// asked and what was answered stays as it is.
(() => {
  "use strict";
  const KEY = "kin.language";
  const ENGLISH = "en"; // in which the page comes
  const ATTRIBUTES = ["aria-label", "placeholder", "title", "data-label"];
  // What keeps its words: quotes, documents, names, questions, answers, and what is typed or sent.
  const KEPT = [
    "script, style, template, code, pre, svg, option:not([value]), [data-kin-page-language], [data-kin-original]",
    ".kin-words, .kin-quote, blockquote, q, mark, .kin-document, .kin-marked a, .kin-hits",
    ".kin-question, .kin-answer, .kin-refusal, .kin-note, .kin-prose, .kin-change, .kin-follow-ups button, .kin-example",
    ".kin-card h4, .kin-card > .kin-meta, .kin-where, .kin-origin, .kin-also li, .kin-brand a",
    "[role=listbox], .token, [data-kin-reopen], .kin-watched h3",
    "[data-kin-by]:not([data-kin-by=status]) option:not([value='']), .kin-list tbody th, .kin-list tbody td:nth-child(2), .kin-path",
    ".kin-comparison tbody, .kin-indicators tbody, .kin-indicators figure, .kin-dispute, .kin-peer h2, .kin-traits, .kin-proposal h2, .kin-proposal h3, .kin-from",
    ".kin-coverage tbody, .kin-coverage thead button, .kin-fewest, .kin-themes, .kin-previewed, .kin-waits summary, [data-kin-practice-whole], .kin-audit td",
  ].join(", ");
  // What is the page's own within that.
  const OWN = [
    ".kin-question > .kin-unseen, .kin-cite, .kin-number, .kin-refusal .kin-label, .kin-nearest button, .kin-nearest button > span",
    ".kin-prose > h3, .kin-comparison td > .kin-meta",
  ].join(", ");

  const tables = new Map(
    [...document.querySelectorAll("meta[name=kin-page-texts]")].map((meta) => [
      meta.lang,
      { address: new URL(meta.content, document.baseURI).href, name: meta.dataset.kinName, loaded: null },
    ]),
  );
  if (!tables.size) return;

  // Which language: as somebody chose, which this browser keeps; else the first of the browser's that there is.

  const parts = (tag) => {
    try {
      const { language, script } = new Intl.Locale(tag).maximize();
      return `${language}-${script}`;
    } catch {
      return ""; // no language
    }
  };
  const codes = new Map([ENGLISH, ...tables.keys()].map((code) => [parts(code), code]));
  const preferred = () => navigator.languages.map((tag) => codes.get(parts(tag))).find(Boolean) ?? ENGLISH;
  const known = (code) => code === ENGLISH || tables.has(code);
  let chosen = ENGLISH;
  const read = () => {
    let kept = null;
    try {
      kept = localStorage.getItem(KEY);
    } catch {
      // the browser keeps nothing for this page: what is chosen holds until it is left
    }
    chosen = known(kept) ? kept : preferred();
  };
  const keep = () => {
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      // as above
    }
  };

  // A table: whole texts, and those with places for numbers and names, of which the one with the most words of its own comes first.

  const PLACE = /\{(number|name)\d?\}/g;
  const escape = (words) => words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const compile = (code, { direction, read_by: reader, texts }) => {
    const patterns = [];
    for (const [key, words] of Object.entries(texts)) {
      const places = [...key.matchAll(PLACE)];
      if (!places.length) continue;
      const between = key.split(/\{(?:number|name)\d?\}/).map(escape);
      const source = between.reduce((made, next, at) => `${made}${places[at - 1][1] === "number" ? "(\\d[\\d.,]*)" : "(.+?)"}${next}`);
      patterns.push({ find: new RegExp(`^${source}$`), places: places.map(([place]) => place), words, own: between.join("").length });
    }
    patterns.sort((one, other) => other.own - one.own);
    return { code, direction, reader, texts: new Map(Object.entries(texts)), patterns, found: new Map() };
  };
  let table = null; // what is shown; null for English
  const look = (words) => {
    if (table.texts.has(words)) return table.texts.get(words);
    for (const { find, places, words: translated } of table.patterns) {
      const found = find.exec(words);
      if (found) return translated.replace(PLACE, (place) => found[places.indexOf(place) + 1]);
    }
    return null;
  };
  // Null where the words stay as they are. The space around them stays in any case.
  const translate = (words) => {
    const trimmed = words.trim();
    if (!table || trimmed.length > 1000 || !/\p{L}/u.test(trimmed)) return null;
    const plain = trimmed.replace(/\s+/g, " ");
    if (!table.found.has(plain)) {
      if (table.found.size > 5000) table.found.clear();
      table.found.set(plain, look(plain));
    }
    const found = table.found.get(plain);
    return found === null ? null : words.replace(trimmed, () => found);
  };

  // Exchanging: each text and attribute is remembered as it came, and comes back so.

  const isOwn = (element) => {
    const nearest = element.closest(`${KEPT}, ${OWN}`);
    return !nearest || nearest.matches(OWN);
  };
  const seen = new WeakMap(); // of a text, or of an element by the names of its attributes: as it came, and as it is shown
  const marked = new WeakMap(); // of an element: the language and direction that it had
  const put = (element, name, value) => {
    if (value === null) element.removeAttribute(name);
    else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  };
  const mark = (element, code, direction) => {
    if (!marked.has(element)) marked.set(element, { lang: element.getAttribute("lang"), dir: element.getAttribute("dir") });
    put(element, "lang", code);
    put(element, "dir", table.direction === "rtl" ? direction : marked.get(element).dir);
  };
  const unmark = (element) => {
    if (!marked.has(element)) return;
    for (const [name, value] of Object.entries(marked.get(element))) put(element, name, value);
    marked.delete(element);
    for (const child of element.children) if (child.lang === ENGLISH) unmark(child);
  };
  // What stands within, and has not come to be in that language, is in English.
  const markText = (element) => {
    const isShown = table && [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && seen.has(node));
    if (!isShown) return unmark(element);
    mark(element, table.code, table.direction);
    for (const child of element.children) if (!child.lang) mark(child, ENGLISH, "ltr");
  };
  const visitText = (text) => {
    const element = text.parentElement;
    if (!element) return;
    const before = seen.get(text);
    const words = before?.shown === text.data ? before.words : text.data;
    const shown = !element.matches("textarea") && isOwn(element) ? translate(words) : null;
    if (shown === null && !before) return;
    if (shown === null) seen.delete(text);
    else seen.set(text, { words, shown });
    if (text.data !== (shown ?? words)) text.data = shown ?? words;
    markText(element);
  };
  const visitAttributes = (element) => {
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      const all = seen.get(element) ?? {};
      const before = all[name];
      if (value === null || (!table && !before)) continue;
      const words = before?.shown === value ? before.words : value;
      // The heads of columns stand at the cells, too.
      const shown = name === "data-label" || isOwn(element) ? translate(words) : null;
      if (shown === null && !before) continue;
      seen.set(element, { ...all, [name]: shown === null ? undefined : { words, shown } });
      if (value !== (shown ?? words)) element.setAttribute(name, shown ?? words);
      // Of a box nobody knows in which language somebody writes, and what has other words in it has their language.
      if (!element.matches("a, button") || element.childElementCount || /\p{L}/u.test(element.textContent)) continue;
      if (shown === null) unmark(element);
      else mark(element, table.code, table.direction);
    }
  };
  const visit = (root) => {
    if (root.nodeType === Node.TEXT_NODE) return visitText(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
      node.nodeType === Node.ELEMENT_NODE && node.matches(KEPT) && !node.matches(OWN) && !node.querySelector(`${OWN}, [data-label]`)
        ? NodeFilter.FILTER_REJECT
        : NodeFilter.FILTER_ACCEPT,
    );
    for (let node = root; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) visitText(node);
      else visitAttributes(node);
    }
  };
  const watcher = new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "characterData") visitText(target);
      else if (type === "attributes") visitAttributes(target);
      else {
        for (const node of addedNodes) if (node.isConnected) visit(node);
        if (marked.has(target)) markText(target);
      }
    }
    watcher.takeRecords(); // what was exchanged just now
  });
  let isWatching = false;
  const show = () => {
    if (!table && !isWatching) return; // English as it came
    visit(document.body ?? document.documentElement);
    if (isWatching) return void watcher.takeRecords();
    isWatching = true;
    watcher.observe(document.documentElement, { childList: true, subtree: true, characterData: true, attributeFilter: ATTRIBUTES });
  };

  const fetchTable = async (code) => {
    const entry = tables.get(code);
    if (!entry) return null;
    entry.loaded ??= (async () => {
      const answer = await fetch(entry.address);
      if (!answer.ok) throw new Error(answer.statusText);
      return compile(code, await answer.json());
    })();
    return entry.loaded;
  };
  const apply = async () => {
    const wanted = chosen;
    follow();
    let next = null;
    try {
      next = await fetchTable(wanted);
    } catch {
      tables.get(wanted).loaded = null; // it is fetched again when it is chosen again
      if (chosen === wanted) chosen = ENGLISH;
    }
    if (chosen !== wanted && next) return; // another one was chosen meanwhile
    table = next;
    show();
    follow();
  };

  // Gradio writes the header when it comes, and anew when the documents have changed.
  const follow = () => {
    for (const box of document.querySelectorAll("[data-kin-page-language]")) {
      if (box.options.length === 1) {
        for (const [code, { name }] of tables) {
          const option = new Option(name, code);
          option.lang = code;
          box.append(option);
        }
      }
      if (box.value !== chosen) box.value = chosen;
      if (box.parentElement.hidden) box.parentElement.hidden = false;
    }
    const hide = (selector, isHidden) => {
      for (const line of document.querySelectorAll(selector)) if (line.hidden !== isHidden) line.hidden = isHidden;
    };
    hide("[data-kin-translated]", !table);
    hide("[data-kin-unread]", table?.reader !== null);
  };
  const reread = () => {
    read();
    apply();
  };
  reread();
  new MutationObserver(follow).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("change", (event) => {
    if (!(event.target instanceof Element) || !event.target.matches("[data-kin-page-language]")) return;
    chosen = known(event.target.value) ? event.target.value : ENGLISH;
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
