/* The page shown where there is no network: how many contacts wait, and a form to note one until it can be finished. */
(function () {
  "use strict";

  const store = window.outreachDrafts, form = document.getElementById("note");
  const part = name => document.querySelector("[data-" + name + "]");

  async function count(mark) {
    const number = (await store.all()).filter(draft => draft.mark === mark && [store.NOTED, store.WAITING].includes(draft.state)).length;
    part("kept-one").hidden = number !== 1;
    part("kept-many").hidden = number < 2;
    part("kept-many").querySelector("[data-number]").textContent = number;
  }

  form.addEventListener("submit", async function (event) {
    event.preventDefault();
    const said = new FormData(form), who = said.get("who").trim(), fields = [...said].filter(field => field[0] !== "who");
    part("missing").hidden = Boolean(who);
    part("not-kept").hidden = true;
    if (!who || form.inert) { form.elements.who.focus(); return; }
    form.inert = true;  /* a second tap is no second note */
    try {
      const mark = await store.owner();
      if (!mark) { whose(mark); return; }  /* signed out meanwhile, in another tab */
      await store.put({ key: store.newKey(), mark: mark, state: store.NOTED, about: who, fields: fields, began: Date.now(), noted: Date.now() });
      form.reset();
      part("noted").hidden = false;
      await count(mark);
    } catch (full) {
      part("not-kept").hidden = false;
    } finally { form.inert = false; form.elements.who.focus(); }
  });
  form.addEventListener("input", function () { part("noted").hidden = true; });

  function whose(mark) {
    form.hidden = !mark;
    part("nobody").hidden = Boolean(mark);
  }

  function back() {
    const link = part("back").querySelector("a"), here = !location.pathname.startsWith("/offline");
    link.href = here ? location.href : "/";
    /* a link to the page that one is on, with a fragment, would load nothing */
    link.onclick = here ? function (event) { event.preventDefault(); location.reload(); } : null;
    part("back").hidden = false;
  }
  window.addEventListener("online", back);

  (async function () {
    let mark = "";
    try { await store.opened; mark = await store.owner(); } catch (none) { /* a browser that keeps nothing: nothing can be noted */ }
    whose(mark);
    if (mark) { await count(mark); }
  })();
})();
