/* The page shown where there is no network: how many contacts wait, and a form to note one until it can be finished. */
(function () {
  "use strict";

  const store = window.outreachDrafts, form = document.getElementById("note");
  const part = name => document.querySelector("[data-" + name + "]");

  function newKey() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");
  }

  async function count(mark) {
    const number = (await store.all()).filter(draft => draft.mark === mark && [store.NOTED, store.WAITING].includes(draft.state)).length;
    part("kept-one").hidden = number !== 1;
    part("kept-many").hidden = number < 2;
    part("kept-many").querySelector("[data-number]").textContent = number;
  }

  form.addEventListener("submit", async function (event) {
    event.preventDefault();
    const mark = await store.owner(), said = new FormData(form), who = said.get("who").trim();
    part("missing").hidden = Boolean(who);
    if (!who || !mark) { form.elements.who.focus(); return; }
    const fields = [...said].filter(field => field[0] !== "who");
    await store.put({ key: newKey(), mark: mark, state: store.NOTED, about: who, fields: fields, began: Date.now(), noted: Date.now() });
    form.reset();
    part("noted").hidden = false;
    await count(mark);
    form.elements.who.focus();
  });
  form.addEventListener("input", function () { part("noted").hidden = true; });

  function back() {
    const link = part("back").querySelector("a");
    link.href = location.pathname.startsWith("/offline") ? "/" : location.href;
    part("back").hidden = false;
  }
  window.addEventListener("online", back);

  (async function () {
    let mark = "";
    try { await store.opened; await store.purge(); mark = await store.owner(); } catch (none) { /* a browser that keeps nothing: nothing can be noted */ }
    form.hidden = !mark;
    part("nobody").hidden = Boolean(mark);
    if (mark) { await count(mark); }
  })();
})();
