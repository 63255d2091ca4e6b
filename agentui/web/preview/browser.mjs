// A served preview folder and a headless chromium to look at it with, over the
// DevTools protocol.

import { spawn, execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";

const here = dirname(fileURLToPath(import.meta.url));
export const web = resolve(here, "..");

/**
 * Bundles the previews, serves them on a port of their own and opens a page.
 * answers are what a server would say, by path, for a page that is the real one.
 */
export async function browse(flags = [], answers = {}) {
  const site = mkdtempSync(join(tmpdir(), "sahut-preview-"));
  execFileSync("go", ["tool", "esbuild", "preview/preview.ts", "preview/admin-preview.ts", "preview/board-preview.ts", "preview/reports-preview.ts", "preview/loop.ts", ...(Object.keys(answers).length ? ["board.ts"] : []), "style.css", "office.css", "--bundle", "--format=esm",
    "--target=es2022", "--log-level=warning", `--outdir=${site}`, "--entry-names=[name]"], { cwd: web, stdio: "inherit" });
  for (const f of ["index.html", "admin.html", "board.html", "reports.html", "loop.html"]) copyFileSync(join(here, f), join(site, f));
  const types = { js: "text/javascript", css: "text/css", html: "text/html" };
  const server = createServer((req, res) => {
    const name = new URL(req.url, "http://x").pathname.slice(1) || "index.html";
    if (answers["/" + name]) return void answers["/" + name](req, res);
    if (name === "favicon.ico") return void res.writeHead(204).end();
    try {
      const body = readFileSync(join(site, name));
      res.writeHead(200, { "content-type": `${types[name.split(".").pop()] ?? "text/plain"}; charset=utf-8` }).end(body);
    } catch { res.writeHead(404).end(); }
  });
  await new Promise((r) => server.listen(0, "127.0.0.1", r));
  const origin = `http://127.0.0.1:${server.address().port}`;

  const profile = mkdtempSync(join(tmpdir(), "sahut-chromium-"));
  const chromium = spawn("chromium", ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage", "--hide-scrollbars", ...flags,
    `--user-data-dir=${profile}`, "--remote-debugging-port=0", "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
  const endpoint = await new Promise((ok, no) => {
    let text = "";
    chromium.stderr.on("data", (d) => { text += d; const m = /ws:\/\/\S+/.exec(text); if (m) ok(m[0]); });
    chromium.on("exit", () => no(new Error(text)));
  });

  const ws = new WebSocket(endpoint);
  await new Promise((r) => { ws.onopen = r; });
  let id = 0, session;
  const waiting = new Map();
  const errors = []; // what the page's console would show in red
  ws.onmessage = (ev) => {
    const m = JSON.parse(ev.data);
    if (m.id) { const { ok, no } = waiting.get(m.id); waiting.delete(m.id); m.error ? no(new Error(m.error.message)) : ok(m.result); }
    else if (m.method === "Log.entryAdded" && m.params.entry.level === "error") errors.push(m.params.entry.text);
    else if (m.method === "Runtime.exceptionThrown") errors.push(m.params.exceptionDetails.exception?.description ?? m.params.exceptionDetails.text);
  };
  const send = (method, params = {}) => new Promise((ok, no) => { waiting.set(++id, { ok, no }); ws.send(JSON.stringify({ id, method, params, sessionId: session })); });
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  session = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
  for (const d of ["Page", "Runtime", "Log"]) await send(`${d}.enable`);

  return {
    origin, send, errors,
    async evaluate(expression, userGesture = false) {
      const r = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true, userGesture });
      if (r.exceptionDetails) throw new Error(r.exceptionDetails.exception?.description ?? r.exceptionDetails.text);
      return r.result.value;
    },
    /** Waits until the expression is true in the page. */
    async until(expression, ms = 10000) {
      const end = Date.now() + ms;
      for (;;) {
        const v = await this.evaluate(expression).catch(() => false);
        if (v) return v;
        if (Date.now() > end) throw new Error(`waited ${ms} ms for: ${expression}`);
        await new Promise((r) => setTimeout(r, 25));
      }
    },
    async close() {
      ws.close();
      chromium.kill();
      await new Promise((r) => chromium.on("exit", r));
      server.close();
      rmSync(site, { recursive: true, force: true });
      for (let i = 0; i < 50; i++) { // chromium's children still write for a moment
        try { rmSync(profile, { recursive: true, force: true }); break; } catch { await new Promise((r) => setTimeout(r, 100)); }
      }
    },
  };
}
