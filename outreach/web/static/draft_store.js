/* Where this device keeps contacts that are not stored yet: IndexedDB, and whose they are. Without it (some private
   windows) `usable` stays false, and every form is sent as any form is. */
(function () {
  "use strict";

  const DAYS = 7 * 24 * 60 * 60 * 1000, OWNER = "owner";

  const store = window.outreachDrafts = { usable: false, BEGUN: "begun", WAITING: "waiting", REFUSED: "refused", NOTED: "noted", SENT: "sent", GONE: "gone" };

  store.opened = new Promise(function (done, failed) {
    const asked = indexedDB.open("outreach", 1);
    asked.onupgradeneeded = function () {
      asked.result.createObjectStore("drafts", { keyPath: "key" });
      asked.result.createObjectStore("owner", { keyPath: "id" });
    };
    asked.onsuccess = function () { store.usable = true; done(asked.result); };
    asked.onerror = asked.onblocked = function () { failed(asked.error); };
  });
  store.opened.catch(function () { /* whoever waits for it is told */ });

  async function ask(name, mode, work) {
    const database = await store.opened;
    return new Promise(function (done, failed) {
      const change = database.transaction(name, mode), asked = work(change.objectStore(name));
      change.oncomplete = function () { done(asked.result); };
      change.onerror = change.onabort = function () { failed(change.error); };
    });
  }

  store.all = () => ask("drafts", "readonly", drafts => drafts.getAll());
  store.get = key => ask("drafts", "readonly", drafts => drafts.get(key));
  store.put = draft => ask("drafts", "readwrite", drafts => drafts.put({ ...draft, changed: Date.now() }));
  store.drop = key => ask("drafts", "readwrite", drafts => drafts.delete(key));

  /* The account that was signed in here last and has not signed out: a note made without a network is its. */
  store.owner = async () => (await ask("owner", "readonly", owners => owners.get(OWNER)))?.mark || "";
  store.own = mark => ask("owner", "readwrite", owners => (mark ? owners.put({ id: OWNER, mark: mark }) : owners.delete(OWNER)));

  /* One for each contact: two that are sent with the same key are one. */
  store.newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");

  /* Nobody's words stay longer than seven days. Of what its account still has to be told, that there was something stays
     until it has been read: no name, no word. Gives what was thrown away just now and is `mark`'s, to be told by name. */
  store.purge = async function (mark) {
    const old = (await store.all()).filter(draft => Date.now() - draft.changed > DAYS && draft.state !== store.GONE);
    for (const draft of old) {
      if ([store.BEGUN, store.SENT].includes(draft.state)) { await store.drop(draft.key); }
      else { await store.put({ key: draft.key, mark: draft.mark, state: store.GONE, began: draft.began, noted: draft.noted }); }
    }
    return old.filter(draft => draft.mark === mark && ![store.BEGUN, store.SENT].includes(draft.state));
  };
})();
