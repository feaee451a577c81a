/* What makes pages quicker where scripts run; every page does its whole work without this file. */
(function () {
  "use strict";

  document.addEventListener("change", function (event) {
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

  /* What htmx asked for did not come: said beside what is on the page, which stays as it is, typed words and all. */
  document.addEventListener("htmx:beforeSwap", function (event) {
    var asked = event.detail.xhr, away = /\/login$/.test(new URL(asked.responseURL || window.location.href, window.location.href).pathname);
    if (!away && asked.status < 400) { return; }
    event.detail.shouldSwap = false;
    say(away || asked.status === 401 ? "signed-out" : "no-answer");
  }, true);
  /* Nor does anything come where there is no network, or nobody answers in time. What asks by itself, asks again. */
  [["htmx:sendError", "no-network"], ["htmx:timeout", "no-answer"]].forEach(function (one) {
    document.addEventListener(one[0], function (event) { if (!event.target.closest("[data-quiet]")) { say(one[1]); } });
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (!event.detail.successful) { return; }
    unsay(document, "no-network");
    if (!event.target.closest("[data-quiet]")) { unsay(document, "no-answer"); }
  });
  document.addEventListener("close", function (event) { unsay(event.target); }, true);
  function say(which) {
    var place = document.querySelector("dialog[open]") || document.getElementById("notices"), part = document.getElementById("told-" + which);
    if (!part || !place || place.querySelector("[data-told=" + which + "]")) { return; }
    place.prepend(part.content.cloneNode(true));
  }
  function unsay(place, which) { place.querySelectorAll(which ? "[data-told=" + which + "]" : "[data-told]").forEach(function (one) { one.remove(); }); }
  window.outreachSay = say; window.outreachUnsay = unsay;
  document.querySelectorAll("[data-print]").forEach(function (button) { button.hidden = false; button.addEventListener("click", function () { window.print(); }); });
  var problems = document.querySelector(".problems"); if (problems) { problems.focus(); }
})();
