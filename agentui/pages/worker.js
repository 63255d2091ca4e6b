// Keeps our own files, and a page that says that there is no connection.
// Everything else, and every page, comes from the server or not at all.
"use strict";
const cache = "sahut-{{.Hash}}";
const files = [{{range $i, $f := shellFiles}}{{if $i}}, {{end}}"{{asset $f}}"{{end}}, "/offline"];

addEventListener("install", (e) => {
  e.waitUntil(caches.open(cache).then((c) => c.addAll(files)).then(() => skipWaiting()));
});
addEventListener("activate", (e) => {
  e.waitUntil(caches.keys().then((all) => Promise.all(all.filter((k) => k !== cache).map((k) => caches.delete(k)))).then(() => clients.claim()));
});
addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== location.origin) return;
  if (files.includes(url.pathname) && url.pathname !== "/offline") {
    e.respondWith(caches.match(e.request.url).then((kept) => kept || fetch(e.request)));
  } else if (e.request.mode === "navigate") {
    e.respondWith(fetch(e.request).catch(() => caches.match("/offline")));
  }
});
