// The page can be installed, and says so itself when the server is away.

/** Tells the worker her language: what it shows without a connection speaks it. */
export function tellLanguage(lang: string): void {
  void navigator.serviceWorker?.ready.then((r) => r.active?.postMessage({ lang })).catch(() => undefined);
}

/** Registers the service worker, where the browser has them. */
export function install(): void {
  if (!("serviceWorker" in navigator) || !document.querySelector("link[rel=manifest]")) return;
  const address = "/worker.js";
  const types = (window as { trustedTypes?: { createPolicy(name: string, rules: { createScriptURL(s: string): string }): { createScriptURL(s: string): unknown } } }).trustedTypes;
  // The only script address that is ever made from a string.
  const trusted = types ? types.createPolicy("sahut-worker", { createScriptURL: () => address }).createScriptURL(address) : address;
  navigator.serviceWorker.register(trusted as string, { scope: "/" }).catch(() => undefined); // without it the page works as well
}
