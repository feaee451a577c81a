/* What makes pages quicker where scripts run; every page does its whole work without this file. */
(function () {
  "use strict";

  /* The queue's keys: j and k move, Enter opens, c claims, s snoozes, r resolves. Never while somebody types. */
  function rows() { return Array.from(document.querySelectorAll("[data-row]")); }
  function current() { return document.querySelector("[data-row][aria-current='true']"); }
  function choose(row) {
    rows().forEach(function (other) { other.removeAttribute("aria-current"); });
    if (!row) { return; }
    row.setAttribute("aria-current", "true");
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
  function move(step) {
    var all = rows(), at = all.indexOf(current());
    choose(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))]);
  }
  function press(key) {
    var row = current() || rows()[0], button = row && row.querySelector("[data-key='" + key + "']");
    if (!button) { return; }
    choose(row);
    if (button.tagName === "SUMMARY") { button.parentElement.open = true; var first = button.parentElement.querySelector("select, input:not([type=hidden]), button"); if (first) { first.focus(); } } else { button.click(); }
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !document.querySelector("[data-keys]")) { return; }
    if (event.target.closest("input, textarea, select, [contenteditable]")) { return; }
    if (event.key === "j") { move(1); } else if (event.key === "k") { move(-1); }
    else if ("csr".indexOf(event.key) >= 0 && event.key.length === 1) { event.preventDefault(); press(event.key); }
    else if (event.key === "Enter" && event.target.matches("[data-row]")) { var link = event.target.querySelector("a.who"); if (link) { link.click(); } }
  });

  /* The log form: what may come of a contact depends on how it was made and who began it. */
  function fit(form) {
    var channel = form.querySelector("[name=channel]:checked"), began = form.querySelector("[name=began]:checked");
    if (!channel) { return; }
    var side = began && began.value === "family" ? "family" : "us", shown = null, chosen = null;
    form.querySelectorAll("[data-for]").forEach(function (label) {
      var fits = label.dataset.for.split(" ").indexOf(side + ":" + channel.value) >= 0, input = label.querySelector("input");
      label.hidden = !fits; input.disabled = !fits;
      if (!fits) { input.checked = false; } else { shown = shown || input; if (input.checked) { chosen = input; } }
    });
    if (!chosen && shown) { shown.checked = true; chosen = shown; }
    form.querySelectorAll("[data-side]").forEach(function (part) { part.hidden = part.dataset.side !== side; });
    var who = form.querySelector("[data-who]"), other = began && began.value === "other", named = form.querySelector("[name=staff_id]");
    if (who) { who.hidden = !other && !(side === "family" && named.value); named.required = Boolean(other); }
    var answers = form.querySelector("[name=answers_request_id]");
    if (answers && chosen && !answers.dataset.touched) { answers.checked = side === "us" && ["reached", "replied"].indexOf(chosen.value) >= 0; }
  }
  document.addEventListener("change", function (event) {
    var form = event.target.closest("form[data-log]");
    if (form) { if (event.target.name === "answers_request_id" && event.isTrusted) { event.target.dataset.touched = "yes"; } fit(form); }
    if (event.target.matches("[data-submits]")) { event.target.form.requestSubmit(); }
  });

  /* One submit is enough. The server counts a second as the first; this only spares the wait. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) { return; }
    setTimeout(function () { form.querySelectorAll("button").forEach(function (button) { button.disabled = true; }); }, 0);
  });
  window.addEventListener("pageshow", function (event) { if (event.persisted) { document.querySelectorAll("form button:disabled").forEach(function (button) { button.disabled = false; }); } });

  /* Menus close on a click elsewhere and on Escape. */
  document.addEventListener("click", function (event) { document.querySelectorAll("details.menu[open]").forEach(function (menu) { if (!menu.contains(event.target)) { menu.open = false; } }); });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { document.querySelectorAll("details.menu[open]").forEach(function (menu) { menu.open = false; menu.querySelector("summary").focus(); }); } });

  /* htmx shows a page of words also where the answer is a refusal. */
  document.addEventListener("htmx:beforeSwap", function (event) { if (event.detail.xhr.status >= 400 && event.detail.xhr.status < 600) { window.location.reload(); event.detail.shouldSwap = false; } });
  document.querySelectorAll("form[data-log]").forEach(fit);
  document.querySelectorAll("[data-print]").forEach(function (button) { button.hidden = false; button.addEventListener("click", function () { window.print(); }); });
  var problems = document.querySelector(".problems"); if (problems) { problems.focus(); }
})();
