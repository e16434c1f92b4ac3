// What the page does without the server: citations, the document panel, copy and download.
(() => {
  "use strict";
  const beside = matchMedia("(min-width: 70.01rem)"); // as in style.css
  const { fill, show, openPanel } = window.kin;

  // The document panel.

  const panel = document.createElement("dialog");
  panel.className = "kin-panel";
  panel.setAttribute("aria-label", "Document");
  panel.innerHTML =
    '<div class="kin-panel-bar"><button type="button" class="kin-button" data-kin-close>Back to the answer</button>' +
    '<span class="kin-done" role="status"></span>' +
    '<button type="button" class="kin-quiet" data-kin-link>Copy link</button>' +
    '<a class="kin-own-page" target="_blank" rel="noopener">Open as a page</a></div>' +
    '<div class="kin-panel-body" tabindex="-1"></div>';
  const body = panel.querySelector(".kin-panel-body");
  const ownPage = panel.querySelector(".kin-own-page");
  const back = panel.querySelector("[data-kin-close]");

  const put = (...nodes) => body.replaceChildren(...nodes);
  const say = (words) => {
    const line = document.createElement("p");
    line.className = "kin-notice";
    line.textContent = words;
    put(line);
  };

  const read = async (link) => {
    if (!panel.isConnected) document.body.append(panel);
    ownPage.href = link.href;
    panel.querySelector("[data-kin-link]").dataset.kinLink = link.href;
    panel.querySelector(".kin-done").textContent = "";
    back.textContent = `Back to the ${link.closest("[data-kin-from]")?.dataset.kinFrom ?? "list"}`;
    say("Opening the document\u2026");
    openPanel(panel);
    body.scrollTop = 0;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(link.href)).text(), "text/html");
      const main = page.querySelector("main");
      // Addresses in it start from its own.
      for (const image of main.querySelectorAll("img")) image.src = new URL(image.getAttribute("src"), link.href).href;
      for (const file of main.querySelectorAll("a[download]")) file.href = new URL(file.getAttribute("href"), link.href).href;
      put(document.adoptNode(main));
    } catch {
      say("The document could not be opened. Is the server still running?");
      return;
    }
    const mark = body.querySelector("#cited");
    if (mark) {
      mark.scrollIntoView({ block: "center" });
      mark.focus({ preventScroll: true });
    } else {
      body.focus({ preventScroll: true });
    }
  };

  panel.addEventListener("click", (event) => {
    const inside = event.target.closest('a[href^="#"]');
    if (inside) {
      event.preventDefault();
      const target = body.querySelector(`[id="${CSS.escape(inside.getAttribute("href").slice(1))}"]`);
      if (target) {
        show(target, "center");
        target.focus({ preventScroll: true });
      }
    } else if (event.target === panel || event.target.closest("[data-kin-close]")) {
      panel.close();
    }
  });

  // Copy: the text is already in the page. With html it is pasted as such where that can be taken.

  const copy = async (text, html) => {
    if (navigator.clipboard && isSecureContext) {
      if (!html || !window.ClipboardItem) return navigator.clipboard.writeText(text);
      const forms = { "text/html": html, "text/plain": text };
      const blobs = Object.entries(forms).map(([type, words]) => [type, new Blob([words], { type })]);
      return navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
    }
    // Browsers keep the clipboard from pages that are served without encryption to other machines.
    if (html) {
      document.addEventListener(
        "copy",
        (event) => {
          event.clipboardData.setData("text/html", html);
          event.clipboardData.setData("text/plain", text);
          event.preventDefault();
        },
        { once: true },
      );
    }
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "kin-unseen";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("not copied");
  };

  // What came of it is said in the bar of the panel, behind the buttons of an answer, or beside the button itself.
  const copyLink = async (link, place) => {
    const address = new URL(link, document.baseURI).href;
    let done = (place.closest(".kin-panel-bar") ?? place).querySelector(".kin-done") ?? place.parentElement.querySelector(".kin-done");
    if (!done) {
      done = document.createElement("span");
      done.className = "kin-done";
      done.setAttribute("role", "status");
      place.after(done);
    }
    try {
      await copy(address);
      done.textContent = "Link copied";
    } catch {
      done.textContent = `Could not be copied: ${address}`;
    }
  };

  const download = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  // Named after its question, with the ending that the address has.
  const fileName = (turn, name) => {
    const question = turn.querySelector(".kin-question").lastChild.textContent;
    const words = question.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60).replace(/^-|-$/g, "");
    return `${words || "answer"}${name.slice(name.lastIndexOf("."))}`;
  };

  const fetchFile = async (address, options, name, done) => {
    done.textContent = "Writing the file\u2026";
    try {
      const answer = await fetch(address, options);
      if (answer.ok) download(await answer.blob(), name);
      done.textContent = answer.ok ? `Downloaded as ${name}` : await answer.text();
    } catch {
      done.textContent = "The file could not be fetched. Is the server still running?";
    }
  };

  window.kin.fetchFile = fetchFile;

  // An answer, or all of them, as a file. The server is told which answers are meant, not what they say.
  const takeAlong = (button) => {
    const whole = "kinWhole" in button.dataset;
    const own = button.closest(".kin-turn");
    const isAnswered = (turn) => turn.querySelector(".kin-actions[data-kin-text]");
    const turns = whole ? [...document.querySelectorAll(".kin-turn")].filter(isAnswered) : [own];
    const asked = new URLSearchParams();
    for (const turn of turns) {
      asked.append("turn", turn.id);
      asked.append("kept", turn.dataset.kinKept ?? "");
    }
    const name = button.dataset.kinFile;
    const named = whole ? `conversation-${fileName(turns[0], name)}` : fileName(own, name);
    const done = own.querySelector(".kin-actions .kin-done");
    const options = { method: "POST", body: asked };
    if ("kinBrief" in button.dataset) openBrief(`answer/${name}`, options, done);
    else fetchFile(`answer/${name}`, options, named, done);
  };

  // A brief is opened in its tab from the text of its file, as if somebody had pasted it there.
  const openBrief = async (address, options, done) => {
    done.textContent = "Making the brief\u2026";
    try {
      const answer = await fetch(address, options);
      const words = await answer.text();
      done.textContent = answer.ok ? "" : words;
      if (!answer.ok) return;
      document.querySelector("#kin-tabs [role=tab][data-tab-id=brief]").click();
      const box = await whenThere("#kin-brief-paste textarea");
      box.value = words;
      box.dispatchEvent(new Event("input", { bubbles: true }));
      document.querySelector("#kin-brief-open").click();
      show(box, "start");
    } catch {
      done.textContent = "The brief could not be made. Is the server still running?";
    }
  };

  // A tab's contents are made when it is first opened.
  const whenThere = (selector) =>
    new Promise((resolve) => {
      const look = () => {
        const found = document.querySelector(selector);
        if (found) resolve(found);
        else requestAnimationFrame(look);
      };
      look();
    });

  // A download is made anew of what its form says. What goes wrong is said here: the page is not left for it.

  document.addEventListener("submit", (event) => {
    if (!(event.target instanceof Element) || !event.target.matches("[data-kin-downloads]")) return;
    event.preventDefault();
    const done = event.target.querySelector(".kin-done");
    const address = new URL(event.submitter.formAction);
    const name = address.pathname.split("/").pop();
    const asked = new URLSearchParams(new FormData(event.target));
    const posted = event.target.method === "post";
    if (!posted) address.search = asked;
    fetchFile(address, posted ? { method: "POST", body: asked } : {}, name, done);
  });

  // One listener for all that can be clicked.

  document.addEventListener("click", async (event) => {
    if (!(event.target instanceof Element)) return;
    const plainClick = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    const on = (selector) => event.target.closest(selector);
    const move = on("[data-kin-move]");
    if (move) {
      // Whatever stands between two quotes of a section keeps its place: they change places with each other.
      const own = move.closest(".kin-proposed");
      const all = [...move.closest("section").querySelectorAll(".kin-proposed")];
      const other = all[all.indexOf(own) + (move.dataset.kinMove === "up" ? -1 : 1)];
      if (other) {
        const place = document.createComment("");
        own.replaceWith(place);
        other.replaceWith(own);
        place.replaceWith(other);
        move.focus();
      }
      return;
    }
    const cite = on("[data-kin-cite]");
    if (cite) {
      event.preventDefault();
      const proof = document.getElementById(cite.getAttribute("href").slice(1));
      document.querySelectorAll(".kin-proof.kin-current").forEach((other) => other.classList.remove("kin-current"));
      proof.classList.add("kin-current");
      show(proof, beside.matches ? "nearest" : "center");
      proof.focus({ preventScroll: true });
      return;
    }
    if (on("[data-kin-first]")) {
      event.preventDefault();
      const turn = [...document.querySelectorAll(".kin-turn")].at(-1);
      const first = turn?.querySelector(".kin-reply .kin-cite") ?? turn?.querySelector(".kin-reply :is(a, button)");
      if (!first) return;
      show(first, "center");
      first.focus({ preventScroll: true });
      return;
    }
    const said = on("[data-kin-back]");
    if (said) {
      event.preventDefault();
      const cited = document.getElementById(said.getAttribute("href").slice(1));
      show(cited, "center");
      cited.focus({ preventScroll: true });
      return;
    }
    const reading = on("[data-kin-read]");
    if (reading && plainClick) {
      event.preventDefault();
      return read(reading);
    }
    const offered = on("[data-kin-fill]");
    if (offered) return fill(offered.dataset.kinFill);
    const edited = on("[data-kin-edit]");
    if (edited) return window.kin.edit(edited.closest(".kin-turn"), edited.dataset.kinEdit);
    const filters = on("[data-kin-filters]");
    if (filters) {
      const open = document.getElementById("kin-filters").classList.toggle("kin-open");
      filters.setAttribute("aria-expanded", String(open));
      return;
    }
    const linked = on("[data-kin-link]");
    if (linked) return copyLink(linked.dataset.kinLink, linked);
    const file = on("[data-kin-file]");
    if (file) return takeAlong(file);
    const actions = on(".kin-actions");
    if (actions && on("[data-kin-copy]")) {
      const done = actions.querySelector(".kin-done");
      const { kinRich: rich, kinText: text, kinMarkdown: markdown } = actions.dataset;
      const form = on("[data-kin-copy]").dataset.kinCopy;
      try {
        await (form === "rich" ? copy(text, rich) : copy(form === "text" ? text : markdown));
        done.textContent = "Copied with its references";
      } catch {
        done.textContent = "Could not be copied; please download it";
      }
    } else if (actions && on("[data-kin-address]")) {
      copyLink(on("[data-kin-address]").dataset.kinAddress, actions);
    }
  });
})();
