/* Whole triage by keyboard, where scripts run. */
(function () {
  "use strict";

  /* j and k move, Enter opens, c claims, s snoozes, r resolves. Never while somebody types. */
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
})();
