(function () {
  "use strict";
  var place = document.getElementById("find");
  var input = document.getElementById("find-text");
  var choice = document.getElementById("find-status");
  var count = document.getElementById("find-count");
  var list = document.getElementById("found");
  var content = JSON.parse(document.getElementById("reports").textContent);
  var LISTED = 60;
  var WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
  var MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  var shapes = ["◆", "■", "▲", "○", "–", "●"];
  var styles = ["enforcement", "breach", "approaching", "insufficient_volume", "no_data", "ok"];

  function reveal() {
    // What a report links may lie in a folded year.
    var place = document.getElementById(location.hash.slice(1));
    var fold = place && place.closest("details");
    if (fold) { fold.open = true; place.scrollIntoView({block: "center"}); }
  }
  addEventListener("hashchange", reveal);
  reveal();

  function isoWeek(day) {
    // The week of a day is that of its Thursday.
    var thursday = new Date(day.getTime() + (3 - (day.getUTCDay() + 6) % 7) * 864e5);
    var first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
    var week = 1 + Math.floor((thursday.getTime() - first) / 6048e5);
    return thursday.getUTCFullYear() + "-W" + (week < 10 ? "0" : "") + week;
  }

  function entry(row, href, label, more) {
    var word = row[1] === "" ? "No rate" : content.words[Number(row[1])];
    var verdict = content.starts[row[2]] + row[3];
    var why = row.length > 5 ? content.reasons[row[5]] : "";
    return {
      href: href,
      label: label,
      code: row[1],
      word: word,
      verdict: verdict,
      why: why,
      text: ["", row[0], label, more, word, verdict, row[4] || "", why, why ? "restated" : ""]
        .join(" ").toLowerCase()
    };
  }

  function ofDay(row) {
    var day = new Date(row[0] + "T00:00:00Z");
    var label = WEEKDAYS[day.getUTCDay()] + " " + MONTHS[day.getUTCMonth()] + " " +
      day.getUTCDate() + ", " + day.getUTCFullYear();
    return entry(row, "daily/" + row[0] + "/index.html", label, isoWeek(day) + " daily");
  }

  function ofWeek(row) {
    return entry(row, "weekly/" + row[0] + "/index.html", "Week " + row[0], "weekly");
  }

  function element(name, text, style) {
    var made = document.createElement(name);
    made.textContent = text;
    if (style) { made.className = style; }
    return made;
  }

  function line(found) {
    var item = document.createElement("li");
    var state = element("span", "", "st st-" + (styles[Number(found.code)] || "no_data"));
    if (found.code === "") { state.className = "st st-no_data"; }
    var shape = element("span", found.code === "" ? "" : shapes[Number(found.code)]);
    shape.setAttribute("aria-hidden", "true");
    state.appendChild(shape);
    state.appendChild(document.createTextNode(" " + found.word));
    var link = element("a", found.label);
    link.setAttribute("href", found.href);
    item.appendChild(state);
    item.appendChild(document.createTextNode(" "));
    item.appendChild(link);
    item.appendChild(document.createTextNode(found.verdict ? ": " + found.verdict : ""));
    if (found.why) { item.appendChild(element("span", " " + found.why, "note")); }
    return item;
  }

  var days = content.days.map(ofDay);
  var weeks = content.weeks.map(ofWeek);
  var everything = weeks.concat(days);

  function find() {
    var asked = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.textContent = "";
    if (!asked.length && !choice.value) {
      count.textContent = "";
      return;
    }
    var chosen = everything.filter(function (one) {
      return !choice.value || (choice.value === "r" ? one.why !== "" : one.code === choice.value);
    });
    var phrase = " " + asked.join(" ");
    var hits = chosen.filter(function (one) { return one.text.indexOf(phrase) >= 0; });
    if (!hits.length) {
      // As it was written it is nowhere: then every word of it, in any order.
      hits = chosen.filter(function (one) {
        return asked.every(function (word) { return one.text.indexOf(word) >= 0; });
      });
    }
    hits.slice(0, LISTED).forEach(function (one) { list.appendChild(line(one)); });
    count.textContent = hits.length === 0
      ? "No report matches."
      : hits.length.toLocaleString("en") + " of " + everything.length.toLocaleString("en") +
        " reports match" + (hits.length > LISTED ? ", the first " + LISTED + " are listed." : ".");
  }

  input.addEventListener("input", find);
  choice.addEventListener("change", find);
  input.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      input.value = "";
      choice.value = "";
      find();
      event.preventDefault();
    }
  });
  document.getElementById("find-form").addEventListener("submit", function (event) {
    event.preventDefault();
  });
  place.hidden = false;
})();
