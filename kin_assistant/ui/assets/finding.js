// The Documents tab: the order of its list, the list as a file, and what is found in the text of the documents.
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const rows = () => [...document.querySelectorAll(".kin-list tbody tr")];

  // What a row is sorted by; rows without it come last.
  const keys = {
    title: (row) => (row.dataset.kinId ? row.querySelector("th").textContent.trim() : ""),
    city: (row) => row.dataset.kinCity.split("\t")[0],
    country: (row) => row.dataset.kinCountry.split("\t")[0],
    first: (row) => row.dataset.kinYears.split("-")[0],
    last: (row) => row.dataset.kinYears.split("-")[1] ?? "",
  };
  const sort = () => {
    const box = find("[data-kin-sort]");
    if (!box) return;
    const key = keys[box.value];
    const turned = box.value === "last" ? -1 : 1;
    const sorted = rows()
      .map((row) => ({ row, key: key(row), title: keys.title(row) }))
      .sort((one, other) => {
        if (!one.key || !other.key) return (one.key ? 0 : 1) - (other.key ? 0 : 1) || collator.compare(one.title, other.title);
        return turned * collator.compare(one.key, other.key) || collator.compare(one.title, other.title);
      });
    find(".kin-list tbody").replaceChildren(...sorted.map(({ row }) => row));
  };
  // What was found stays when the list is fetched anew, and the box is empty no longer for that.
  let hits = null;
  document.addEventListener("kin:listed", () => {
    sort();
    if (hits?.childNodes.length) find("[data-kin-hits]").replaceWith(hits);
    hits = find("[data-kin-hits]");
  });
  document.addEventListener("change", (event) => {
    if (event.target instanceof Element && event.target.matches("[data-kin-sort]")) sort();
  });
  document.addEventListener("reset", (event) => {
    if (event.target.matches("[data-kin-sieve]")) setTimeout(sort);
  });

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-kin-list-file]");
    if (!button) return;
    const done = button.parentElement.querySelector(".kin-done");
    const shown = rows().filter((row) => !row.hidden && row.dataset.kinId);
    if (!shown.length) {
      done.textContent = "There is no document in the list.";
      return;
    }
    const body = new URLSearchParams(shown.map((row) => ["id", row.dataset.kinId]));
    window.kin.fetchFile("library/documents.csv", { method: "POST", body }, "documents.csv", done);
  });

  document.addEventListener("submit", async (event) => {
    if (!(event.target instanceof Element) || !event.target.matches("[data-kin-text-search]")) return;
    event.preventDefault();
    const query = new URLSearchParams(new FormData(event.target));
    for (const box of document.querySelectorAll("[data-kin-sieve] [data-kin-by]")) {
      if (box.value && ["city", "country", "region", "theme"].includes(box.dataset.kinBy)) query.append(box.dataset.kinBy, box.value);
    }
    const year = find("[data-kin-year]").value.trim();
    if (/^\d{4}$/.test(year)) query.append("year", year);
    const say = (words) => {
      const line = document.createElement("p");
      line.className = "kin-notice";
      line.textContent = words;
      hits.replaceChildren(line);
    };
    say("Searching the documents\u2026");
    try {
      const answer = await fetch(`library/search?${query}`);
      if (!answer.ok) return say(await answer.text());
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      hits.replaceChildren(document.adoptNode(page.querySelector(".kin-hits")));
    } catch {
      say("The documents could not be searched. Is the server still running?");
    }
  });
})();
