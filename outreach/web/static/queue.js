/* Whole triage by keyboard, the case beside the list, and what comes in while one reads. Without it the queue is a list
   with ticks, buttons and pages of their own. */
(function () {
  "use strict";

  var DESK = window.matchMedia("(min-width: 62.01rem)"), OFF = "outreach.queue.keys";
  var dialog = document.getElementById("queue-dialog"), help = document.getElementById("queue-keys"), panel = document.getElementById("panel");
  var marked = null, at = 0, opening = 0, calls = 0, stale = false, sent = false, unsent = {};
  if (!dialog) { return; }

  function all(selector, inside) { return Array.from((inside || document).querySelectorAll(selector)); }
  function queue() { return document.getElementById("queue"); }
  function rows() { return all("[data-row]"); }
  function row() { return rows().find(function (one) { return one.dataset.row === marked; }) || null; }
  function ticks() { return all(".queue-choose input"); }
  function ticked() { return ticks().filter(function (one) { return one.checked; }); }

  /* Which family is marked. It stays marked when the list comes anew, or the one in its place does. */
  function mark(one, focus) {
    rows().forEach(function (other) { other.removeAttribute("aria-current"); });
    if (!one) { marked = null; return; }
    marked = one.dataset.row; at = rows().indexOf(one);
    one.setAttribute("aria-current", "true");
    window.outreachUnsay(document, "none-marked");
    if (focus) { one.focus({ preventScroll: true }); one.scrollIntoView({ block: "nearest" }); }
  }
  function move(step) {
    var list = rows(), here = list.indexOf(row());
    if (!list.length) { return; }
    mark(list[here < 0 ? 0 : Math.max(0, Math.min(list.length - 1, here + step))], true);
    if (!panel.hidden) { panel.setAttribute("aria-busy", "true"); clearTimeout(opening); opening = setTimeout(function () { open(row(), false); }, 150); }
  }

  /* The case beside the list; where there is no room for two, its own page. */
  function open(one, focus) {
    var link = one && one.querySelector("[data-opens]"), here = queue().dataset.here;
    if (!link) { return; }
    mark(one, false);
    if (!DESK.matches) { window.location = link.dataset.opens + "?next=" + encodeURIComponent(here); return; }
    var call = calls += 1;
    bring(link.dataset.opens, "#panel", { next: here }).then(function (came) {
      if (call !== calls) { return; }  /* another was asked for since */
      var shown = panel.querySelector("[data-case]");
      if (shown && shown.dataset.case !== marked) { closePanel(); return; }  /* never one family beside the mark on another */
      panel.removeAttribute("aria-busy");
      if (!came || !shown) { return; }
      panel.hidden = false; panel.scrollTop = 0;
      var title = document.getElementById("case-title");
      if (focus && title) { title.focus(); }
    });
  }
  /* Whether it came; where it did not, outreach.js has said so. Each is asked for by an element of its own, so that none
     waits in a queue; of two for one place only the later is put there. */
  var asking = {};
  function bring(address, target, values) {
    var by = document.body.appendChild(document.createElement("span"));
    by.hidden = true; by.dataset.brings = target; asking[target] = by;
    function ended(came) { by.remove(); return came; }
    return window.htmx.ajax("GET", address, { source: by, target: target, swap: "innerHTML", values: values || {} }).then(function () { return ended(true); }, function () { return ended(false); });
  }
  document.addEventListener("htmx:beforeSwap", function (event) {
    var by = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (by && by.dataset && by.dataset.brings && asking[by.dataset.brings] !== by) { event.detail.shouldSwap = false; }
  });
  function closePanel() {
    if (panel.hidden) { return false; }
    calls += 1; panel.removeAttribute("aria-busy");
    panel.hidden = true; panel.replaceChildren();
    if (row()) { row().focus(); }
    return true;
  }

  /* Steps: of the families that are chosen, else of the one that is marked, else of the one that is open. */
  function values(button) {
    var own = button && button.closest("[data-one]");
    if (own) { return [own.querySelector("[name=case]").value]; }
    var chosen = ticked();
    if (chosen.length) { return chosen.map(function (one) { return one.value; }); }
    var box = row() ? row().querySelector(".queue-choose input") : panel.querySelector("[data-one] [name=case]");
    return box ? [box.value] : [];
  }
  function noneMarked() { if (ticks().length) { window.outreachSay("none-marked"); } }
  function ask(step, cases) {
    var query = cases.map(function (one) { return "case=" + encodeURIComponent(one); });
    if (!cases.length) { noneMarked(); return; }
    query.push("next=" + encodeURIComponent(queue().dataset.here));
    bring("/queue/" + step + "?" + query.join("&"), "#queue-ask");
  }
  function take(step) {
    var one = row(), chosen = ticked().length, inPanel = panel.hidden ? null : panel.querySelector("[data-take='" + step + "']");
    var button = chosen ? document.querySelector("[data-bar] [data-take='" + step + "']") : (one && one.querySelector("[data-take='" + step + "']")) || inPanel;
    if (button) { button.click(); } else if (!chosen && !one && panel.hidden) { noneMarked(); }
  }
  function undo() {
    var button = document.querySelector("#notices form button");
    if (button) { button.click(); } else { document.getElementById("undo-last").requestSubmit(); }
  }

  /* Ticks, and what can be done with them. */
  function count() {
    var bar = document.querySelector("[data-bar]"), some = ticked().length, every = ticks().length;
    if (!bar) { return; }
    var told = bar.querySelector("[data-count]"), box = bar.querySelector("[data-choose-all]");
    bar.querySelector("[data-acts]").hidden = !some; bar.classList.toggle("some", some > 0);
    told.textContent = some === 0 ? "" : some === 1 ? told.dataset.one : told.dataset.many.replace("#", some);
    box.checked = some > 0 && some === every; box.indeterminate = some > 0 && some < every;
  }

  /* Keys can be switched off: somebody who speaks to the computer types letters by speaking (WCAG 2.1.4). */
  function keysOn() { try { return window.localStorage.getItem(OFF) !== "off"; } catch (_) { return true; } }
  function showKeys() {
    all("[data-legend]").forEach(function (legend) { legend.hidden = false; legend.querySelector("[data-keys]").hidden = !keysOn(); });
    var box = help.querySelector("[data-use-keys]");
    box.checked = keysOn();
  }

  /* A list that has just come: what scripts add to it. */
  function dress() {
    all("[data-all]").forEach(function (one) { one.hidden = false; });
    all("#notices form").forEach(stay);
    all("#notices .notice > div").forEach(dismissable);
    showKeys(); count();
  }
  function stay(form) {
    if (form.hasAttribute("hx-post") || !/^\/queue\//.test(form.getAttribute("action"))) { return; }
    [["hx-post", form.getAttribute("action")], ["hx-target", "#queue"], ["hx-select", "#queue"], ["hx-swap", "outerHTML"], ["hx-select-oob", "#notices"]].forEach(function (one) { form.setAttribute(one[0], one[1]); });
    window.htmx.process(form);
  }

  function dismissable(notice) {
    if (notice.querySelector("[data-dismisses]")) { return; }
    var button = document.createElement("button");
    button.type = "button"; button.className = "btn-bare"; button.dataset.dismisses = ""; button.textContent = queue().dataset.close;
    notice.append(button);
  }

  document.addEventListener("click", function (event) {
    var done = event.target.closest("[data-dismisses]");
    if (done) { done.closest(".notice").remove(); if (row()) { row().focus(); } return; }
    var target = event.target.closest("[data-opens], [data-ask], [data-closes], [data-closes-panel], [data-help], [data-narrows]");
    if (!target) {
      var one = event.target.closest("[data-row]");
      if (one && !event.target.closest("a, button, input, label, details")) { if (DESK.matches && !String(window.getSelection())) { open(one, false); } }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    if (target.matches("[data-opens]")) { event.preventDefault(); open(target.closest("[data-row]"), true); }
    else if (target.matches("[data-ask]")) { if (DESK.matches) { event.preventDefault(); ask(target.dataset.ask, values(target)); } }
    else if (target.matches("[data-closes-panel]")) { closePanel(); }
    else if (target.matches("[data-help]")) { showKeys(); help.showModal(); }
    else if (target.matches("[data-narrows]")) { event.preventDefault(); narrow(target); }
    else if (target.closest("dialog")) { event.preventDefault(); if (target.dataset.closes === "fresh") { stale = true; } target.closest("dialog").close(); }
  });
  function narrow(link) {
    var room = document.getElementById("narrowing");
    if (room.firstElementChild) { room.replaceChildren(); link.focus(); return; }
    bring(link.getAttribute("href"), "#narrowing").then(function () { var first = room.querySelector("select"); if (first) { first.focus(); } });
  }
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-choose-all]")) { ticks().forEach(function (one) { one.checked = event.target.checked; }); count(); }
    else if (event.target.matches(".queue-choose input")) { count(); window.outreachUnsay(document, "none-marked"); }
    else if (event.target.matches("[data-use-keys]")) { try { window.localStorage.setItem(OFF, event.target.checked ? "on" : "off"); } catch (_) { /* a browser that keeps nothing */ } showKeys(); }
  });
  document.addEventListener("focusin", function (event) { var one = event.target.closest("[data-row]"); if (one) { mark(one, false); } });

  /* What htmx brings. */
  function asked() {
    if (!dialog.querySelector("#asked")) { return; }
    typeAgain();
    if (!dialog.open) { dialog.showModal(); }
    var first = dialog.querySelector("[aria-invalid=true], input[type=radio], select, textarea") || dialog.querySelector("#asked-title");
    if (first) { (first.matches("fieldset") ? first.querySelector("input") : first).focus(); }
    all("#queue-ask .notice form").forEach(stay);
  }
  document.addEventListener("htmx:afterSettle", function (event) {
    if (event.detail.target.id === "queue-ask") { asked(); return; }
    if (event.detail.target.id !== "queue" && !(event.detail.elt && event.detail.elt.id === "queue")) { return; }
    var sender = event.detail.requestConfig && event.detail.requestConfig.elt, from = sender && sender.matches("form[data-asked]") ? sender : null;
    if (from) { delete unsent[whatFor(from)]; }
    if (dialog.open) { stale = false; sent = Boolean(from) && dialog.contains(from); dialog.close(); } else if (from) { from.remove(); }
    dress();
    var list = rows(), same = row();
    if (same || marked) { mark(same || list[Math.min(at, list.length - 1)] || null, true); }
    if (!panel.hidden) { if (same) { open(same, false); } else if (row()) { open(row(), false); } else { closePanel(); } }
  });
  /* A form that is under way stays in the page, out of sight, until it is answered. */
  function underWay() { return dialog.querySelector("form[data-asked].htmx-request"); }
  document.addEventListener("htmx:afterRequest", function (event) {
    if (!event.detail.successful && !dialog.open && event.target.matches("form[data-asked]")) { keepTyped(); event.target.remove(); }
  });
  dialog.addEventListener("close", function () {
    if (!underWay()) { keepTyped(); document.getElementById("queue-ask").replaceChildren(); }
    if (stale) { stale = false; window.htmx.ajax("GET", queue().dataset.here, { target: "#queue", swap: "outerHTML", select: "#queue" }).catch(function () { /* said by outreach.js */ }); }
    else if (row()) { row().focus(); }
  });

  /* What was typed for a step and not sent stands there again when the same step is asked for the same families, for as
     long as this page is open: it is kept nowhere else. */
  function typedIn(form) { return Array.from(form.elements).filter(function (one) { return one.name && one.type !== "hidden"; }); }
  function whatFor(form) {
    return [form.getAttribute("action")].concat(all("[name=case]", form).map(function (one) { return one.value.split(":")[0]; }).sort()).join(" ");
  }
  function keepTyped() {
    var form = dialog.querySelector("form[data-asked]");
    if (form) {
      unsent[whatFor(form)] = sent ? [] : typedIn(form).filter(function (one) { return one.type !== "radio" || one.checked; }).map(function (one) { return [one.name, one.value]; });
    }
    sent = false;
  }
  function typeAgain() {
    var form = dialog.querySelector("form[data-asked]:not([data-answered])");
    if (!form) { return; }
    (unsent[whatFor(form)] || []).forEach(function (kept) {
      typedIn(form).forEach(function (one) {
        if (one.name !== kept[0]) { return; }
        if (one.type === "radio") { one.checked = one.value === kept[1]; } else { one.value = kept[1]; }
      });
    });
  }

  /* How many came in, every half minute while somebody looks; rows never move under a hand. */
  setInterval(function () {
    var live = document.getElementById("queue-live");
    if (live && document.visibilityState === "visible") { window.htmx.trigger(live, "look"); }
  }, 30000);

  var KEYS = {
    j: function () { move(1); }, k: function () { move(-1); }, o: function () { open(row() || rows()[0], true); },
    x: function () { var box = row() && row().querySelector(".queue-choose input"); if (box) { box.click(); } else if (!row()) { noneMarked(); } },
    c: function () { take("claim"); }, u: undo, "?": function () { showKeys(); help.showModal(); },
    a: function () { ask("assign", values()); }, s: function () { ask("snooze", values()); },
    n: function () { ask("note", values()); }, r: function () { ask("resolve", values()); },
    "/": function () { var link = document.querySelector("[data-narrows]"); if (link) { narrow(link); } }
  };
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) { return; }
    if (event.key === "Escape") { if (!document.querySelector("dialog[open]")) { closePanel(); } return; }
    if (document.querySelector("dialog[open]")) { return; }
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) { return; }
    if (event.key === "Enter") { if (event.target.matches("[data-row]")) { open(event.target, true); } return; }
    if (keysOn() && Object.prototype.hasOwnProperty.call(KEYS, event.key)) { event.preventDefault(); KEYS[event.key](); }
  });

  dress();
})();
