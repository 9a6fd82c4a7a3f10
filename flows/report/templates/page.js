(function () {
  "use strict";
  const said = document.getElementById("said");

  // Tables sort by the button in the head of a column.
  function key(cell) {
    const time = cell.querySelector("time");
    return cell.dataset.sort || (time ? time.dateTime : cell.textContent.trim());
  }
  function plain(text) {
    return text === "" || text === "–" ? null : text;
  }
  function sort(table, place, label) {
    const head = table.tHead.rows[0].cells[place];
    const up = head.getAttribute("aria-sort") !== "ascending";
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => ({ row, key: plain(key(row.cells[place])) }));
    const known = rows.filter((r) => r.key !== null);
    const numbers = known.every((r) => !isNaN(Number(r.key.replace(/,/g, ""))));
    const ids = numbers && known.some((r) => r.key.length > 15);
    rows.sort((a, b) => {
      // Empty cells stay last whichever way the column runs.
      if (a.key === null || b.key === null) {
        return (a.key === null) - (b.key === null);
      }
      const order = numbers && !ids
        ? Number(a.key.replace(/,/g, "")) - Number(b.key.replace(/,/g, ""))
        : a.key.localeCompare(b.key, "en", { numeric: true });
      return up ? order : -order;
    });
    body.append(...rows.map((r) => r.row));
    for (const th of table.querySelectorAll("th[aria-sort]")) {
      th.removeAttribute("aria-sort");
    }
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    said.textContent = "Sorted by " + label + ", " + (up ? "ascending" : "descending");
  }
  for (const table of document.querySelectorAll("table[data-sorts]")) {
    Array.from(table.tHead.rows[0].cells).forEach((th, place) => {
      const label = th.textContent;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "by";
      button.addEventListener("click", () => sort(table, place, label));
      if (th.querySelector(".term")) {
        // The word opens its definition: the column sorts by a button beside it.
        button.setAttribute("aria-label", "Sort by " + label);
        th.setAttribute("aria-label", label);
        th.classList.add("two");
      } else {
        button.textContent = label;
        th.textContent = "";
      }
      th.append(button);
    });
  }

  // The folder of a report keeps its earlier editions below it, whose pages are left as they were.
  if (/\/editions\/[^/]+\/[^/]*$/.test(location.pathname)) {
    const told = document.createElement("p");
    const newest = document.createElement("a");
    const all = document.getElementById("all-reports");
    told.className = "banner";
    told.textContent = "This is an earlier edition of this report. ";
    newest.href = "../../index.html";
    newest.textContent = "Read the newest";
    told.append(newest);
    document.querySelector("header").append(told);
    if (all) {
      all.href = "../../" + all.getAttribute("href");
    }
  }

  // Definitions open by a tap or a key without this; here also while a mouse rests on the word.
  let rested = null;
  let timer = 0;
  function after(wait, act) {
    clearTimeout(timer);
    timer = setTimeout(act, wait);
  }
  for (const term of document.querySelectorAll(".term")) {
    const meaning = term.popoverTargetElement;
    if (!meaning) {
      continue;
    }
    term.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") {
        after(300, () => {
          if (!meaning.matches(":popover-open")) {
            rested = meaning;
            meaning.showPopover({ source: term });
          }
        });
      }
    });
    term.addEventListener("pointerleave", () => leave(meaning));
    term.addEventListener("click", (event) => {
      clearTimeout(timer);
      // What the resting mouse has opened stays open once it is clicked.
      if (rested === meaning && meaning.matches(":popover-open")) {
        event.preventDefault();
        rested = null;
      }
    });
  }
  function leave(meaning) {
    after(300, () => {
      if (rested === meaning) {
        rested = null;
        meaning.hidePopover();
      }
    });
  }
  for (const meaning of document.querySelectorAll(".meaning")) {
    meaning.addEventListener("pointerenter", () => clearTimeout(timer));
    meaning.addEventListener("pointerleave", () => leave(meaning));
  }

  // Only a box that scrolls needs the keyboard to reach it; its edge shows that there is more.
  const boxes = Array.from(document.querySelectorAll(".scroll"));
  function edge(box) {
    box.toggleAttribute("data-more", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
  }
  function reach() {
    for (const box of boxes) {
      const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
      edge(box);
      if (scrolls) {
        box.tabIndex = 0;
      } else if (box !== document.activeElement) {
        box.removeAttribute("tabindex");
      }
    }
  }
  addEventListener("resize", () => requestAnimationFrame(reach));
  document.addEventListener("toggle", reach, true);
  document.addEventListener("scroll", (event) => {
    if (boxes.includes(event.target)) {
      edge(event.target);
    }
  }, { capture: true, passive: true });
  reach();

  // One search over the rows of every list of the page.
  const form = document.getElementById("search");
  const field = document.getElementById("find");
  const found = document.getElementById("found");
  const clear = document.getElementById("clear");
  const whole = document.querySelector(".sections");
  const lists = Array.from(document.querySelectorAll(".tables>.scroll"));
  const folds = Array.from(document.querySelectorAll("details.fold"));
  let texts = null;
  let opened = null;
  function count(number, one, many) {
    return number.toLocaleString("en") + " " + (number === 1 ? one : many);
  }
  function marks(rows, words) {
    if (!window.Highlight || !CSS.highlights) {
      return;
    }
    const ranges = [];
    for (const row of rows.slice(0, 300)) {
      const walk = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const text = walk.currentNode.data.toLowerCase();
        for (const word of words) {
          for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
            const range = new Range();
            range.setStart(walk.currentNode, at);
            range.setEnd(walk.currentNode, at + word.length);
            ranges.push(range);
          }
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  }
  function show(words) {
    texts = texts || new Map(lists.map((list) => [list, Array.from(
      list.querySelectorAll("tbody tr"), (row) =>
        [row, Array.from(row.cells, (cell) => cell.textContent).join(" ").toLowerCase()])]));
    opened = opened || new Map(folds.map((fold) => [fold, fold.open]));
    const sections = new Map();
    const rows = [];
    let cut = 0;
    for (const list of lists) {
      let here = 0;
      for (const [row, text] of texts.get(list)) {
        row.hidden = !words.every((word) => text.includes(word));
        if (!row.hidden) {
          here += 1;
          rows.push(row);
        }
      }
      list.hidden = here === 0;
      cut += list.querySelector("[data-cut]") ? 1 : 0;
      const section = list.closest("section");
      sections.set(section, (sections.get(section) || 0) + here);
    }
    for (const fold of folds) {
      // A match never stays in what is closed.
      fold.hidden = !fold.querySelector(".scroll:not([hidden])");
      fold.open = !fold.hidden;
    }
    for (const section of whole.querySelectorAll(":scope>section")) {
      section.hidden = !sections.get(section);
    }
    whole.classList.add("searching");
    marks(rows, words);
    tell(rows.length, sections, cut);
  }
  function tell(total, sections, cut) {
    const hits = Array.from(sections).filter(([, here]) => here);
    const first = document.createElement("p");
    first.textContent = total
      ? count(total, "row matches", "rows match") + " in " + count(hits.length, "section", "sections") + "."
      : "No row of this page matches.";
    if (cut) {
      first.textContent += " " + count(cut, "list is", "lists are")
        + " longer than the page: the CSV files hold the other rows.";
    }
    const places = document.createElement("ul");
    for (const [section, here] of hits) {
      const link = document.createElement("a");
      link.href = "#" + section.id;
      link.textContent = section.querySelector("h2").textContent;
      const item = document.createElement("li");
      item.append(link, " " + here.toLocaleString("en"));
      places.append(item);
    }
    found.replaceChildren(first, places);
    said.textContent = first.textContent;
  }
  function all() {
    if (!opened) {
      return;
    }
    for (const part of whole.querySelectorAll("section,.scroll,details.fold,tbody tr")) {
      part.hidden = false;
    }
    opened.forEach((open, fold) => { fold.open = open; });
    opened = null;
    whole.classList.remove("searching");
    if (window.Highlight && CSS.highlights) {
      CSS.highlights.delete("found");
    }
    found.replaceChildren();
    said.textContent = "Every row is shown.";
  }
  function search() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    clear.hidden = !words.length;
    if (words.length) {
      show(words);
    } else {
      all();
    }
    reach();
  }
  function forget() {
    field.value = "";
    search();
  }
  if (form && lists.length) {
    let typed = 0;
    form.hidden = false;
    field.addEventListener("input", () => {
      clearTimeout(typed);
      typed = setTimeout(search, 150);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.preventDefault();
        forget();
      }
    });
    clear.addEventListener("click", () => {
      forget();
      field.focus();
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const goal = link && document.getElementById(link.hash.slice(1));
      if (goal && goal.closest("[hidden]")) {
        forget();
      }
    });
  }

  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details:not([hidden])")) {
      part.open = true;
    }
  });
})();
