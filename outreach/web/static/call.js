/* A tap calls; whoever comes back to the page is asked for one tap more: reached, message, no answer. */
(function () {
  "use strict";
  if (window.outreachCalls) { return; }
  window.outreachCalls = true;

  const CALLED = "outreach.called", FORGET_AFTER = 2 * 60 * 60 * 1000;

  /* Family, guardian, students, suggestion and question by their ids, so that of two cards for one guardian it is the one
     tapped; no name and no number is remembered. */
  document.addEventListener("click", function (event) {
    const link = event.target.closest("[data-call]");
    if (link) { sessionStorage.setItem(CALLED, JSON.stringify({ to: link.dataset.call, at: Date.now() })); }
    else if (event.target.closest("[data-dismiss]")) { event.target.closest("dialog").close(); }
  });

  function ask() {
    const kept = sessionStorage.getItem(CALLED);
    if (!kept || document.visibilityState !== "visible") { return; }
    const called = JSON.parse(kept), fresh = Date.now() - called.at < FORGET_AFTER;
    const link = fresh && [...document.querySelectorAll("[data-call]")].find(one => one.dataset.call === called.to);
    if (!link) { return; }
    sessionStorage.removeItem(CALLED);
    const sheet = link.nextElementSibling.content.firstElementChild.cloneNode(true);
    if (window.outreachDrafts) { sheet.querySelector("[name=client_key]").value = window.outreachDrafts.newKey(); }  /* the next call from this card is another contact */
    sheet.addEventListener("close", function () { sheet.remove(); link.focus(); });
    document.body.append(sheet);
    sheet.showModal();
  }

  document.addEventListener("visibilitychange", ask);
  window.addEventListener("pageshow", ask);
  window.addEventListener("focus", ask);
})();
