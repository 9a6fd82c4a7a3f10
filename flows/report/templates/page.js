(function () {
  "use strict";
  var said = document.getElementById("said");
  function key(cell) {
    var time = cell.querySelector("time");
    return cell.dataset.sort || (time ? time.dateTime : cell.textContent.trim());
  }
  function plain(text) {
    return text === "" || text === "–" ? null : text;
  }
  function sort(table, place, button) {
    var head = button.closest("th");
    var up = head.getAttribute("aria-sort") !== "ascending";
    var body = table.tBodies[0];
    var rows = Array.prototype.map.call(body.rows, function (row) {
      return { row: row, key: plain(key(row.cells[place])) };
    });
    var known = rows.filter(function (r) { return r.key !== null; });
    var numbers = known.every(function (r) { return !isNaN(Number(r.key.replace(/,/g, ""))); });
    var ids = numbers && known.some(function (r) { return r.key.length > 15; });
    rows.sort(function (a, b) {
      // Empty cells stay last whichever way the column runs.
      if (a.key === null || b.key === null) {
        return (a.key === null) - (b.key === null);
      }
      var order = numbers && !ids
        ? Number(a.key.replace(/,/g, "")) - Number(b.key.replace(/,/g, ""))
        : a.key.localeCompare(b.key, "en", { numeric: true });
      return up ? order : -order;
    });
    rows.forEach(function (r) { body.appendChild(r.row); });
    Array.prototype.forEach.call(table.querySelectorAll("th[aria-sort]"), function (th) {
      th.removeAttribute("aria-sort");
    });
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    said.textContent = "Sorted by " + button.textContent + ", " + (up ? "ascending" : "descending");
  }
  Array.prototype.forEach.call(document.querySelectorAll("table[data-sorts]"), function (table) {
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (th, place) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = th.textContent;
      button.addEventListener("click", function () { sort(table, place, button); });
      th.textContent = "";
      th.appendChild(button);
    });
  });
  // The folder of a report keeps its earlier editions below it, whose pages are left as they were.
  if (/\/editions\/[^/]+\/[^/]*$/.test(window.location.pathname)) {
    var said_so = document.createElement("p");
    var newest = document.createElement("a");
    var all = document.getElementById("all-reports");
    said_so.className = "banner";
    said_so.textContent = "This is an earlier edition of this report. ";
    newest.href = "../../index.html";
    newest.textContent = "Read the newest";
    said_so.appendChild(newest);
    document.querySelector("header").appendChild(said_so);
    if (all) { all.href = "../../" + all.getAttribute("href"); }
  }
  window.addEventListener("beforeprint", function () {
    Array.prototype.forEach.call(document.querySelectorAll("details"), function (d) { d.open = true; });
  });
})();
