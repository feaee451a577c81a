/* The search for a student as a combobox: type two letters, choose by arrow keys or by a tap. */
(function () {
  "use strict";

  const field = document.getElementById("q"), found = document.getElementById("found");
  const noNetwork = document.querySelector("[data-no-network]");
  if (!field || !found) { return; }
  const FEWEST = 2;

  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", "found");
  field.setAttribute("aria-expanded", "false");

  const options = () => [...found.querySelectorAll("[role=option]")];
  const chosen = () => options().find(option => option.getAttribute("aria-selected") === "true");

  function choose(option) {
    options().forEach(one => one.setAttribute("aria-selected", String(one === option)));
    if (option) { field.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else { field.removeAttribute("aria-activedescendant"); }
  }

  function shown() {
    field.setAttribute("aria-expanded", String(options().length > 0));
    field.setAttribute("aria-controls", options().length ? "options" : "found");
    if (window.outreachDrafts) { window.outreachDrafts.carry(found); }
    choose(null);
  }

  field.addEventListener("keydown", function (event) {
    const all = options(), at = all.indexOf(chosen());
    if (event.key === "ArrowDown" && all.length) { event.preventDefault(); choose(all[(at + 1) % all.length]); }
    else if (event.key === "ArrowUp" && all.length) { event.preventDefault(); choose(all[(at <= 0 ? all.length : at) - 1]); }
    else if (event.key === "Enter" && (chosen() || all.length === 1)) { event.preventDefault(); (chosen() || all[0]).click(); }
    else if (event.key === "Escape" && all.length) { event.preventDefault(); found.replaceChildren(); field.value = ""; shown(); }
  });

  /* One letter finds half a school: wait for the second. */
  document.body.addEventListener("htmx:beforeRequest", function (event) {
    if (event.target !== field || field.value.trim().length >= FEWEST) { return; }
    event.preventDefault(); found.replaceChildren(); shown();
  });
  /* Whoever is no longer signed in is sent to the sign-in, whose page is not for this list. */
  document.body.addEventListener("htmx:beforeSwap", function (event) {
    if (event.target === found && new URL(event.detail.xhr.responseURL).pathname !== new URL(field.form.action).pathname) { event.detail.shouldSwap = false; location.reload(); }
  });
  document.body.addEventListener("htmx:afterSwap", function (event) { if (event.target === found) { noNetwork.hidden = true; shown(); } });
  /* Said here, with what can be done about it, and so not by the page. */
  document.body.addEventListener("htmx:sendError", function (event) { noNetwork.hidden = false; event.stopPropagation(); });
  field.form.addEventListener("submit", function (event) { event.preventDefault(); htmx.trigger(field, "search"); });
})();
