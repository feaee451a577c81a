/* The service worker, served at /sw.js behind a line that tells KEPT: its name, the shell, the files of the shell.
   It keeps these and nothing else. Pages about families always come from the network, or not at all. */
"use strict";

self.addEventListener("install", function (event) {
  event.waitUntil((async function () {
    const kept = await caches.open(KEPT.name);
    await kept.addAll(KEPT.files);
    /* Asked for without a cookie, so that it cannot hold anybody's name. */
    await kept.add(new Request(KEPT.shell, { credentials: "omit", cache: "reload" }));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", function (event) {
  event.waitUntil((async function () {
    for (const name of await caches.keys()) { if (name.startsWith("outreach-") && name !== KEPT.name) { await caches.delete(name); } }
    if (self.registration.navigationPreload) { await self.registration.navigationPreload.enable(); }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", function (event) {
  const asked = event.request, path = new URL(asked.url).pathname;
  if (asked.mode === "navigate" && asked.method === "GET") { event.respondWith(page(event)); }
  else if (asked.method === "GET" && KEPT.files.includes(path)) { event.respondWith(file(asked)); }
});

async function page(event) {
  try {
    return (await event.preloadResponse) || (await fetch(event.request));
  } catch (noNetwork) {
    return (await caches.match(KEPT.shell, { ignoreVary: true })) || Response.error();
  }
}

async function file(asked) {
  return (await caches.match(asked, { ignoreVary: true })) || fetch(asked);
}
