/* Contacts that are not stored yet: kept on this device while they are filled in and while there is no network, sent
   once. They belong to one account: another neither sends nor sees them. They go at sign-out and after seven days.
   Where they are kept: static/draft_store.js. */
(function () {
  "use strict";

  const PATIENCE = 20000, AGAIN = 30000, TYPING = 300, READ = 4000;
  /* Which form it is, and whose: the page's own, whatever stood in a draft. */
  const NOT_TYPED = ["csrf_token", "draft_of", "student"];
  /* Of the family that a note was opened with, which may be the wrong one. */
  const OF_THE_FAMILY = ["family_id", "guardian_id", "student_ids", "outreach_id", "answers_request_id", "next", "client_key", "draft_of", "staff_id"];
  const region = document.getElementById("drafts"), mark = region ? region.dataset.mark : "", store = window.outreachDrafts;
  const { BEGUN, WAITING, REFUSED, NOTED, SENT, GONE, all, get, put, drop } = store;
  const own = async () => (await all()).filter(draft => draft.mark === mark).sort((a, b) => a.began - b.began);
  let tooOld = [];

  /* A form as a draft, and back ------------------------------------------------------------------------------- */

  const keyOf = form => form.elements[form.dataset.keyField].value;

  function read(form, button) {
    const fields = [...new FormData(form)].filter(field => field[0] !== "csrf_token");
    if (button && button.name) { fields.push([button.name, button.value]); }
    return fields;
  }

  function draftOf(form, state, button) {
    return {
      key: keyOf(form), mark: form.dataset.mark, state: state, action: form.getAttribute("action"), page: form.dataset.page,
      about: form.dataset.about, fields: read(form, button), began: Number(form.dataset.began) || Date.now(),
      noted: Number(form.dataset.noted) || 0, pressed: Date.now(),
    };
  }

  /* Choices see every value of their name; what is typed takes them in their order, one each. */
  function fill(form, draft, whole) {
    const given = new Map(), taken = new Map();
    draft.fields.forEach(field => given.set(field[0], [...(given.get(field[0]) || []), field[1]]));
    alsoTapped(form, given);
    for (const field of form.elements) {
      const values = given.get(field.name);
      if (!field.name || NOT_TYPED.includes(field.name) || field.tagName === "BUTTON" || (!values && !whole)) { continue; }
      if (field.type === "radio" || field.type === "checkbox") { field.checked = Boolean(values && values.includes(field.value)); }
      else if (values) {
        const at = taken.get(field.name) || 0;
        taken.set(field.name, at + 1);
        if (at < values.length) { field.value = values[at]; }
      }
      if (field.name === "answers_request_id" && whole) { field.dataset.touched = "yes"; }
    }
    form.elements[form.dataset.keyField].value = draft.key;
    form.dataset.began = draft.began;
    asNew(form);  /* it may have held a note: what comes now is not that note, and not of its time */
    if (draft.noted) { noted(form, draft.noted); }
    if (!whole) { form.dataset.note = draft.about; }
    form.querySelectorAll("details").forEach(function (part) {
      const filled = [...part.querySelectorAll("select, textarea, input")].some(field => (field.type === "radio" || field.type === "checkbox") ? field.checked && field.value && field.id !== "helped-not-said" : field.value);
      if (filled) { part.open = true; }
    });
    if (window.outreachFit) { window.outreachFit(form); }
  }

  /* The page of several students may list others by now: who was tapped and is no longer there goes along all the same,
     to be stored, or refused in words. */
  function alsoTapped(form, given) {
    const listed = [...form.querySelectorAll("[name=student]")].map(field => field.value);
    for (const id of given.get("student") || []) {
      if (!listed.length || listed.includes(id) || !(given.get("outcome-" + id) || [""])[0]) { continue; }
      add(form, "student", id);
      ["key-", "guardian-", "outcome-", "summary-"].forEach(name => (given.get(name + id) || []).forEach(value => add(form, name + id, value)));
    }
  }

  function add(form, name, value) {
    const field = document.createElement("input");
    field.type = "hidden"; field.name = name; field.value = value;
    form.append(field);
  }

  function noted(form, at) {
    form.dataset.noted = at;
    const said = form.querySelector("[data-as-noted]");
    if (said) { said.hidden = false; said.querySelector("[data-when]").textContent = when(at); form.querySelector("[data-just-now]").hidden = true; }
  }

  function asNew(form) {
    delete form.dataset.note;
    delete form.dataset.noted;
    const said = form.querySelector("[data-as-noted]");
    if (said) { said.hidden = true; form.querySelector("[data-just-now]").hidden = false; }
  }

  const when = at => new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" }).format(at);

  /* Keep what is being filled in ------------------------------------------------------------------------------ */

  const typing = new Map();

  function keepSoon(event) {
    const form = event.target.closest("form[data-draft]");
    if (!form || form.inert || !store.usable || !event.isTrusted || !form.dataset.mark || form.closest("dialog")) { return; }
    clearTimeout(typing.get(form));
    typing.set(form, setTimeout(() => keepNow(form), TYPING));
  }

  async function keepNow(form) {
    clearTimeout(typing.get(form));
    if (typing.delete(form)) { try { await put(form.dataset.note ? noteOf(form) : draftOf(form, BEGUN)); } catch (full) { /* then it is only not kept */ } }
  }

  /* A note stays one, under the name it was made with, until it is saved: the student tapped may be the wrong one. */
  function noteOf(form) {
    const draft = draftOf(form, NOTED);
    return { ...draft, about: form.dataset.note, fields: draft.fields.filter(field => !OF_THE_FAMILY.includes(field[0])) };
  }

  function keepAll() { return Promise.all([...typing.keys()].map(keepNow)); }

  document.addEventListener("input", keepSoon);
  document.addEventListener("change", keepSoon);
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") { keepAll(); } else { refresh(); } });
  window.addEventListener("pagehide", keepAll);

  document.addEventListener("click", async function (event) {
    const link = event.target.closest("a[data-forget]"), form = document.querySelector("form[data-draft]#log");
    if (!link || !form || !store.usable) { return; }
    event.preventDefault();
    try {
      if (form.dataset.note) { await keepNow(form); } else { clearTimeout(typing.get(form)); typing.delete(form); await drop(keyOf(form)); }
    } finally { location.assign(link.href); }
  });

  /* Send ------------------------------------------------------------------------------------------------------ */

  /* One tab at a time; where a browser knows no locks the server's key still makes two copies one contact. */
  function alone(work) { return navigator.locks ? navigator.locks.request("outreach-drafts", work) : work(); }

  async function fetched(address, options) {
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(address, { credentials: "same-origin", redirect: "manual", cache: "no-store", ...options, signal: stop.signal, headers: { Accept: "application/json", ...options.headers } });
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      return { status: answer.status, told: isJson ? await answer.json() : null };
    } catch (noNetwork) {
      return { status: 0, told: null };
    } finally {
      clearTimeout(timer);
    }
  }

  /* kept, refused, stale, signed out, no network; whatever else came (a fault of ours) is no answer. A hotel's network
     sends elsewhere, which no script sees: no network either. */
  function reading(answer) {
    const told = answer.told || {};
    if (answer.status === 200 && told.contact) { return "kept"; }
    if ([403, 404, 409, 422].includes(answer.status) && told.problems) { return "refused"; }
    if (answer.status === 400 && told.stale) { return "stale"; }
    if (answer.status === 401) { return "signed out"; }
    return answer.status === 0 ? "no network" : "no answer";
  }

  async function post(draft, token, waited) {
    const body = new URLSearchParams(draft.fields), since = draft.noted || (waited ? draft.pressed : 0);
    if (since) { body.set("age", String(Math.max(1, Math.round((Date.now() - since) / 1000)))); }
    if (waited) { body.set("waited", "yes"); }
    body.set("draft_of", draft.mark);
    const answer = await fetched(draft.action, { method: "POST", body: body, headers: { "X-CSRFToken": token } });
    return { is: reading(answer), told: answer.told };
  }

  async function ticket() {
    const answer = await fetched(region.dataset.ticket, {});
    if (answer.status === 200 && answer.told && answer.told.account) { return { is: "here", ...answer.told }; }
    return { is: answer.status === 401 || answer.status === 403 ? "signed out" : "no answer" };
  }

  async function save(form, button) {
    const draft = draftOf(form, WAITING, button), token = form.querySelector("[name=csrf_token]");
    clearTimeout(typing.get(form)); typing.delete(form);
    busy(form, true);
    try { await put(draft); } catch (full) { return natively(form, button); }
    const answer = await alone(async function () {
      const first = await postFresh(draft, token);
      if (first.is === "kept") { await drop(draft.key); }
      return first;
    });
    if (answer.is === "kept") { location.assign(answer.told.url); return; }
    if (answer.is === "refused") { await put({ ...draft, state: BEGUN }); natively(form, button); return; }
    signedOut = answer.is === "signed out";
    busy(form, false);
    await instead(form);
    again();
  }

  /* A page that stood open since yesterday has an old token; whoever is still signed in gets a new one unseen. */
  async function postFresh(draft, token) {
    const first = await post(draft, token.value, false);
    if (first.is !== "stale") { return first; }
    const fresh = await ticket();
    if (fresh.is === "no answer") { return fresh; }
    if (fresh.is !== "here" || fresh.account !== draft.mark) { return { is: "signed out" }; }
    token.value = fresh.csrf;
    return post(draft, token.value, false);
  }

  /* The page says what is wrong, field by field. */
  function natively(form, button) {
    const carried = { ...(button && button.name ? { [button.name]: button.value } : {}), ...(form.dataset.noted ? { age: Math.max(1, Math.round((Date.now() - Number(form.dataset.noted)) / 1000)) } : {}) };
    Object.keys(carried).forEach(name => add(form, name, carried[name]));
    HTMLFormElement.prototype.submit.call(form);
  }

  async function instead(form) {
    const dialog = form.closest("dialog"), said = document.querySelector("[data-kept]");
    if (dialog) { dialog.close(); } else { shown(form, false); }
    await show();
    if (!dialog && said) { said.focus(); }
  }

  /* The form, or in its place that it is kept. */
  function shown(form, yes) {
    form.hidden = !yes;
    document.querySelectorAll(".dock, .lead-line > div, [data-again]").forEach(part => { part.hidden = !yes; });
    document.querySelectorAll("[data-kept]").forEach(part => { part.hidden = yes; });
  }

  /* While it is under way nothing is typed into it: that would be neither in what was sent nor in what is kept. */
  function busy(form, yes) {
    form.inert = yes;
    [...form.querySelectorAll("button"), ...(form.id ? document.querySelectorAll('button[form="' + form.id + '"]') : [])].forEach(button => { button.disabled = yes; });
  }

  let sending = false, signedOut = false, timer = 0;

  function again() {
    clearTimeout(timer);
    timer = setTimeout(sendWaiting, AGAIN);
  }

  async function sendWaiting() {
    if (!mark || !store.usable || sending) { return; }
    sending = true;
    try { await alone(sendEach); } finally { sending = false; }
    const left = (await own()).some(draft => draft.state === WAITING);
    if (left && !signedOut) { again(); }
    await show();
  }

  async function sendEach() {
    const waiting = (await own()).filter(draft => draft.state === WAITING);
    if (!waiting.length) { return; }
    const here = await ticket();
    signedOut = here.is === "signed out";
    if (here.is !== "here" || here.account !== mark) { return; }
    for (const one of waiting) {
      const draft = await get(one.key);
      if (!draft || draft.state !== WAITING) { continue; }
      const answer = await post(draft, here.csrf, true);
      if (answer.is === "kept") { await put({ key: draft.key, mark: mark, state: SENT, began: draft.began, told: answer.told }); }
      else if (answer.is === "refused") { await put({ ...draft, noted: draft.noted || draft.pressed, state: REFUSED, said: answer.told.problems.map(one => one.sentence).join(" ") }); }
      else if (answer.is === "signed out" || answer.is === "no network") { signedOut = answer.is === "signed out"; return; }
    }
  }

  window.addEventListener("online", sendWaiting);

  /* Say what is kept ------------------------------------------------------------------------------------------ */

  const words = {
    number: (part, draft) => draft.number, about: (part, draft) => draft.about, said: (part, draft) => draft.said,
    when: (part, draft) => when(draft.noted || draft.began),
    words: (part, draft) => (draft.fields || []).filter(field => /^(summary|question)/.test(field[0]) && field[1].trim()).map(field => field[1].trim()).join(" · "),
  };

  function notice(name, draft, address) {
    const made = document.getElementById("draft-" + name).content.cloneNode(true);
    for (const word of Object.keys(words)) { made.querySelectorAll("[data-" + word + "]").forEach(part => { part.textContent = words[word](part, draft) || ""; }); }
    made.querySelectorAll("[data-words]").forEach(part => { part.hidden = !part.textContent; });
    made.querySelectorAll("[data-go]").forEach(link => { link.href = address; });
    made.querySelectorAll("[data-drop]").forEach(button => button.addEventListener("click", async function () { await drop(draft.key); await show(); }));
    made.querySelectorAll("[data-send]").forEach(button => button.addEventListener("click", function () { button.disabled = true; sendWaiting(); }));
    return made;
  }

  async function show() {
    if (!mark || !store.usable) { return; }
    const kept = await own(), made = [], here = [...document.querySelectorAll("form[data-draft]:not([hidden])")].map(keyOf);
    const waiting = kept.filter(draft => draft.state === WAITING);
    const asking = location.pathname === "/" || location.pathname.startsWith("/contacts/");
    kept.filter(draft => draft.state === GONE).forEach(function (draft) {
      const named = tooOld.find(old => old.key === draft.key);
      made.push(named ? notice("too-old", named) : notice("gone", draft));
    });
    kept.filter(draft => draft.state === SENT).forEach(function (draft) {
      const one = notice("sent", { ...draft, said: [draft.told.said, ...draft.told.warnings].join(" ") });
      one.querySelector("form").action = draft.told.undo;
      one.querySelector("[name=csrf_token]").value = document.querySelector("[name=csrf_token]").value;
      made.push(one);
      setTimeout(() => drop(draft.key), READ);  /* once it could be read; the next page tells it again before */
    });
    if (waiting.length && signedOut) { made.push(notice("signed-out", {}, region.dataset.login + "?next=" + encodeURIComponent(location.pathname + location.search))); }
    else if (waiting.length) { made.push(notice(waiting.length > 1 ? "waiting-many" : "waiting-one", { number: waiting.length })); }
    kept.filter(draft => draft.state === REFUSED).forEach(draft => made.push(notice("refused", draft, draft.page + "#draft=" + draft.key)));
    kept.filter(draft => asking && draft.state === BEGUN && !here.includes(draft.key)).forEach(draft => made.push(notice("begun", draft, draft.page + "#draft=" + draft.key)));
    kept.filter(draft => asking && draft.state === NOTED && !here.includes(draft.key) && !location.hash.includes(draft.key)).forEach(draft => made.push(notice("noted", draft, region.dataset.search + "#note=" + draft.key)));
    const held = region.contains(document.activeElement);
    region.replaceChildren(...made);
    if (held) { (region.querySelector("a, button") || document.getElementById("content")).focus({ preventScroll: true }); }
    document.querySelectorAll("[data-kept] [data-waits]").forEach(part => { part.hidden = !waiting.length; });
  }

  /* A page loaded again may stand where it was scrolled to, below what it should say. */
  function seen() { if (region.querySelector("[data-drop]")) { region.scrollIntoView({ block: "nearest" }); } }

  async function refresh() { if (mark && store.usable) { await show(); await sendWaiting(); } }

  /* Go on with a draft: #draft=… on its own page; #note=… on the search, then on the page of the student chosen. */
  async function goOn() {
    const named = /^#(draft|note)=(\w+)$/.exec(location.hash), draft = named && (await get(named[2]));
    if (!draft || draft.mark !== mark || [SENT, GONE].includes(draft.state)) { return; }
    const form = document.querySelector("form[data-draft]#log"), field = document.querySelector("form[data-search] [type=search]");
    if (form) { await keepNow(form); shown(form, true); fill(form, draft, named[1] === "draft"); }
    else if (field && draft.state === NOTED) {
      carry(document);
      field.value = draft.about;
      if (window.htmx) { window.htmx.trigger(field, "search"); }
    }
  }

  /* What the server refused comes back as a page of its own, and was still noted when it was. */
  async function stillNoted() {
    const form = document.querySelector("form[data-draft]#log"), draft = form && !form.dataset.noted && (await get(keyOf(form)));
    if (draft && draft.mark === mark && draft.noted) { noted(form, draft.noted); }
  }

  /* A note goes along to whichever student is chosen. */
  function carry(root) {
    if (!location.hash.startsWith("#note=")) { return; }
    root.querySelectorAll("a.student").forEach(link => { link.hash = location.hash; });
  }

  window.addEventListener("hashchange", goOn);

  /* Leave nothing behind at sign-out -------------------------------------------------------------------------- */

  async function leave(form) {
    await keepAll();
    const every = await all(), mine = every.filter(draft => draft.mark === mark), unsent = mine.filter(draft => ![SENT, GONE].includes(draft.state)).length;
    if (unsent && !(await agreed(unsent))) { return; }
    for (const draft of mine) { await drop(draft.key); }
    await store.own("");
    if (every.length > mine.length) { add(form, "others_wait", "yes"); }
    HTMLFormElement.prototype.submit.call(form);
  }

  function agreed(number) {
    return new Promise(function (done) {
      document.body.append(notice("sign-out", { number: number }));
      const dialog = document.body.lastElementChild;
      dialog.addEventListener("click", function (event) {
        const stay = event.target.closest("[data-stay]"), go = event.target.closest("[data-leave]");
        if (stay || go) { dialog.close(go ? "go" : ""); }
      });
      dialog.addEventListener("close", function () { dialog.remove(); done(dialog.returnValue === "go"); });
      dialog.showModal();
    });
  }

  document.addEventListener("submit", function (event) {
    const form = event.target, leaving = mark && form.matches('form[action$="/logout"]');
    if (!store.usable || event.defaultPrevented || !(leaving || (form.matches("form[data-draft]") && form.dataset.mark))) { return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (leaving) { leave(form); } else { save(form, event.submitter); }
  }, true);

  /* Begin ----------------------------------------------------------------------------------------------------- */

  store.carry = carry;

  (async function () {
    try { await store.opened; } catch (none) { return; }
    tooOld = await store.purge(mark);
    if (!mark) { return; }
    await store.own(mark);
    await goOn();
    await stillNoted();
    await show();
    seen();
    await sendWaiting();
  })();

  if (mark && "serviceWorker" in navigator) {
    window.addEventListener("load", function () { navigator.serviceWorker.register("/sw.js").catch(function () {}); });
  }
})();
