/* What makes logging quicker where scripts run. */
(function () {
  "use strict";

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
  });
  document.querySelectorAll("form[data-log]").forEach(fit);
})();
