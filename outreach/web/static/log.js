/* What makes the log form quicker where scripts run. What is shown of it for each channel is the theme's work. */
(function () {
  "use strict";

  /* A choice that the channel no longer offers is taken back; an open question is answered only by somebody reached. */
  function fit(form) {
    const channel = form.querySelector("[name=channel]:checked"), family = form.querySelector("[name=began][value=family]:checked");
    const now = channel ? (family ? "family:" : "us:") + channel.value : "";
    form.querySelectorAll("[data-for]").forEach(function (label) {
      const input = label.querySelector("input");
      if (!input.checked || label.dataset.for.split(" ").includes(now)) { return; }
      input.checked = false;
      const none = input.name && form.querySelector("#" + CSS.escape(input.name + "-none"));
      if (none) { none.checked = true; }
    });
    const answers = form.querySelector("[name=answers_request_id][data-on]");
    const outcome = form.querySelector("[name=outcome]:checked");
    if (answers && !answers.dataset.touched) {
      answers.checked = Boolean(outcome) && !family && answers.dataset.on.split(" ").includes(outcome.value);
    }
  }

  function missing(form) {
    const part = form.querySelector("fieldset[data-say]");
    if (!part || form.querySelector("[name=outcome]:checked")) { return false; }
    if (!part.querySelector(".field-error")) {
      const said = document.createElement("p");
      said.className = "field-error"; said.id = "outcome-missing"; said.setAttribute("role", "alert"); said.textContent = part.dataset.say;
      part.querySelector("legend").after(said);
      part.setAttribute("aria-describedby", said.id);
    }
    const first = [...part.querySelectorAll("input")].find(input => input.offsetParent);
    if (first) { first.focus({ preventScroll: true }); part.scrollIntoView({ block: "center" }); }
    return true;
  }

  document.addEventListener("change", function (event) {
    const form = event.target.closest("form[data-log]");
    if (!form) { return; }
    if (event.target.name === "answers_request_id" && event.isTrusted) { event.target.dataset.touched = "yes"; }
    if (event.target.name === "outcome") { form.querySelectorAll("#outcome-missing").forEach(said => said.remove()); }
    fit(form);
  });

  /* Before anything is sent, and before anything is kept to be sent later. */
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.matches("form[data-log]") && missing(form)) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);

  document.addEventListener("click", function (event) {
    const link = event.target.closest("[data-again]"), form = document.getElementById("log");
    if (!link || !form) { return; }
    event.preventDefault();
    const again = JSON.parse(link.dataset.again);
    Object.keys(again).forEach(function (name) {
      if (!again[name]) { return; }
      form.querySelectorAll("[name=" + name + "]").forEach(function (field) {
        if (field.type === "radio") { field.checked = field.value === again[name]; } else { field.value = again[name]; }
        if (field.type === "radio" && field.checked && field.closest("details")) { field.closest("details").open = true; }
      });
    });
    if (again.topic || again.purpose) { document.getElementById("more").open = true; }
    form.dispatchEvent(new Event("change", { bubbles: true }));
    fit(form);
  });

  document.querySelectorAll("form[data-log]").forEach(fit);
  window.outreachFit = fit;
})();
