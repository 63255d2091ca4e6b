// Keeps our own files, and a page that says that there is no connection.
// Everything else, and every page, comes from the server or not at all.
"use strict";
const cache = "sahut-{{.Hash}}";
const chosen = "/offline?chosen"; // the language she chose last, as the page told
const files = [{{range $i, $f := shellFiles}}{{if $i}}, {{end}}"{{asset $f}}"{{end}}, "/offline?lang=en", "/offline?lang=id"];

addEventListener("install", (e) => {
  e.waitUntil(caches.open(cache).then((c) => c.addAll(files)).then(() => skipWaiting()));
});
addEventListener("activate", (e) => {
  e.waitUntil(caches.keys().then((all) => Promise.all(all.filter((k) => k !== cache).map((k) => caches.delete(k)))).then(() => clients.claim()));
});
addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== location.origin) return;
  if (files.includes(url.pathname)) {
    e.respondWith(caches.match(e.request.url).then((kept) => kept || fetch(e.request)));
  } else if (e.request.mode === "navigate") {
    e.respondWith(fetch(e.request).catch(() => offline(url)));
  }
});
addEventListener("message", (e) => {
  const lang = e.data && e.data.lang;
  if (lang === "en" || lang === "id") e.waitUntil(caches.open(cache).then((c) => c.put(chosen, new Response(lang))));
});

// offline is the page without a connection, in her language: the address asks for
// it, or she chose it before, or her browser speaks it.
async function offline(url) {
  const kept = await caches.match(chosen);
  const wants = [url.searchParams.get("lang"), kept && (await kept.text()), ...navigator.languages.map((l) => l.slice(0, 2).replace("in", "id"))];
  return caches.match("/offline?lang=" + (wants.find((l) => l === "en" || l === "id") || "en"));
}

// A ring's notification, where the page itself may not make one (Android): it
// brings her to her page, which alone knows what rings.
addEventListener("notificationclick", (e) => {
  e.notification.close();
  e.waitUntil(clients.matchAll({ type: "window", includeUncontrolled: true }).then((all) => (all.length ? all[0].focus() : clients.openWindow("/"))));
});
