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

  /* htmx shows a page of words also where the answer is a refusal. */
  document.addEventListener("htmx:beforeSwap", function (event) { if (event.detail.xhr.status >= 400 && event.detail.xhr.status < 600) { window.location.reload(); event.detail.shouldSwap = false; } });
  document.querySelectorAll("[data-print]").forEach(function (button) { button.hidden = false; button.addEventListener("click", function () { window.print(); }); });
  var problems = document.querySelector(".problems"); if (problems) { problems.focus(); }
})();
