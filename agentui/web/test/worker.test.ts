import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

// The worker as the server writes it, in a browser of a few lines.
function worker(languages: string[], windows: { focus(): void }[] = []) {
  const text = readFileSync("../pages/worker.js", "utf8").replace("{{.Hash}}", "1").replace(/\[\{\{range.*?\{\{end\}\}, /, "[");
  const heard: Record<string, (e: object) => void> = {};
  const kept = new Map<string, string>();
  const opened: string[] = [];
  const cache = { addAll: async (list: string[]) => list.forEach((f) => kept.set(f, f)), put: async (k: string, r: Response) => void kept.set(k, await r.text()) };
  runInNewContext(text, {
    addEventListener: (kind: string, f: (e: object) => void) => (heard[kind] = f),
    caches: { open: async () => cache, match: async (k: string) => (kept.has(k) ? new Response(kept.get(k)) : undefined), keys: async () => [], delete: async () => true },
    clients: { claim: async () => undefined, matchAll: async () => windows, openWindow: async (at: string) => void opened.push(at) },
    skipWaiting: async () => undefined, fetch: async () => { throw new TypeError("no network"); },
    location: { origin: "https://hotline.example" }, navigator: { languages }, URL, Response,
  });
  const tell = async (kind: string, e: object): Promise<unknown> => {
    let done: Promise<unknown> = Promise.resolve();
    heard[kind]!({ ...e, waitUntil: (p: Promise<unknown>) => (done = p), respondWith: (p: Promise<unknown>) => (done = p) });
    return done;
  };
  const offline = async (at: string) => (await (await tell("fetch", { request: { url: `https://hotline.example${at}`, method: "GET", mode: "navigate" } }) as Response).text());
  return { tell, offline, opened };
}

test("without a connection the page speaks her language", async () => {
  for (const [languages, chosen, at, want] of [
    [["en-GB"], "", "/", "en"], [["in-ID"], "", "/", "id"], [["fr"], "", "/", "en"],
    [["en"], "id", "/", "id"], [["en"], "id", "/?lang=en", "en"], [["id"], "xx", "/", "id"],
  ] as [string[], string, string, string][]) {
    const w = worker(languages);
    await w.tell("install", {});
    if (chosen) await w.tell("message", { data: { lang: chosen } });
    assert.equal(await w.offline(at), `/offline?lang=${want}`, `${languages} ${chosen} ${at}`);
  }
});

test("a ring's notification brings her to her page", async () => {
  let closed = 0, focused = 0;
  const notification = { close: () => closed++ };
  const w = worker(["en"], [{ focus: () => focused++ }]);
  await w.tell("notificationclick", { notification });
  assert.deepEqual([closed, focused, w.opened.length], [1, 1, 0]);
  const alone = worker(["en"]);
  await alone.tell("notificationclick", { notification });
  assert.deepEqual(alone.opened, ["/"]);
});
