// Looks at every state of the screens in a real browser: a picture of each in
// light, dark, English, Indonesian, wide and narrow, an axe-core run, and the
// plain measures (no sideways scrolling, no target below 24 px, no CSP error).
//
//	node --experimental-websocket preview/shoot.mjs [-only state,…] [-out DIR] [-quick]
//
// Needs chromium on the PATH. Exit 1 when something is wrong.

import { spawn, execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const web = resolve(here, "..");
const arg = (name) => { const i = process.argv.indexOf(name); return i > 0 ? process.argv[i + 1] : ""; };
const out = resolve(arg("-out") || join(web, "../../out/screens"));
const only = arg("-only").split(",").filter(Boolean);
const page = arg("-page") || "preview";
mkdirSync(out, { recursive: true });

// The bundle, the page and nothing else, on a port of its own.
const site = mkdtempSync(join(tmpdir(), "sahut-preview-"));
execFileSync("go", ["tool", "esbuild", "preview/preview.ts", "preview/admin-preview.ts", "style.css", "--bundle", "--format=esm", "--target=es2022",
  "--log-level=warning", `--outdir=${site}`, "--entry-names=[name]"], { cwd: web, stdio: "inherit" });
for (const f of ["index.html", "admin.html"]) writeFileSync(join(site, f), readFileSync(join(here, f)));
const types = { js: "text/javascript", css: "text/css", html: "text/html" };
const server = createServer((req, res) => {
  const name = new URL(req.url, "http://x").pathname.slice(1) || "index.html";
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
  "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage", "--hide-scrollbars",
  `--user-data-dir=${profile}`, "--remote-debugging-port=0", "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
const endpoint = await new Promise((ok, no) => {
  let text = "";
  chromium.stderr.on("data", (d) => { text += d; const m = /ws:\/\/\S+/.exec(text); if (m) ok(m[0]); });
  chromium.on("exit", () => no(new Error(text)));
});

const ws = new WebSocket(endpoint);
await new Promise((r) => { ws.onopen = r; });
let id = 0;
const waiting = new Map();
const seen = [];
ws.onmessage = (ev) => {
  const m = JSON.parse(ev.data);
  if (m.id) { const { ok, no } = waiting.get(m.id); waiting.delete(m.id); m.error ? no(new Error(m.error.message)) : ok(m.result); }
  else if (m.method === "Log.entryAdded" && m.params.entry.level === "error") seen.push(m.params.entry.text);
  else if (m.method === "Runtime.exceptionThrown") seen.push(m.params.exceptionDetails.exception?.description ?? m.params.exceptionDetails.text);
};
let session;
const send = (method, params = {}) => new Promise((ok, no) => { waiting.set(++id, { ok, no }); ws.send(JSON.stringify({ id, method, params, sessionId: session })); });
const evaluate = async (expression) => (await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true })).result.value;

const { targetId } = await send("Target.createTarget", { url: "about:blank" });
session = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
for (const d of ["Page", "Runtime", "Log"]) await send(`${d}.enable`);

const axe = readFileSync(join(web, "node_modules/axe-core/axe.min.js"), "utf8");
let wrong = 0;
const html = page === "admin" ? "admin.html" : "index.html";

async function open(state, lang, scheme, width, height) {
  await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
  await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
  await send("Page.navigate", { url: `${origin}/${html}?state=${state}&lang=${lang}` });
  for (let i = 0; i < 100; i++) {
    if (await evaluate(`location.search.includes("state=${state}&lang=${lang}") && document.readyState === "complete" && !!window.previewStates`)) break;
    await new Promise((r) => setTimeout(r, 30));
  }
  await evaluate("new Promise((r) => setTimeout(r, 350))");
}

async function look(state, lang, scheme, width) {
  await open(state, lang, scheme, width, width < 500 ? 720 : 760);
  const name = `${page === "admin" ? "admin-" : ""}${state}-${lang}-${scheme}-${width}`;
  const problems = [];
  await evaluate(axe + ";0");
  const found = await evaluate(`axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target.join(" ") + " " + (n.any[0]?.message ?? "")).join(" | ")))`);
  problems.push(...found.map((f) => `axe ${f}`));
  problems.push(...await evaluate(`(() => {
    const out = [];
    if (document.documentElement.scrollWidth > innerWidth) out.push("sideways scroll " + document.documentElement.scrollWidth);
    for (const e of document.querySelectorAll("button, a[href], select, input, summary, textarea")) {
      const r = (e.matches(".chip input, input[type=radio], input[type=checkbox]") ? e.closest("label") ?? e : e).getBoundingClientRect();
      if (r.width && r.height && (r.width < 24 || r.height < 24) && !e.matches(".skip")) out.push("small target " + e.outerHTML.slice(0, 80));
    }
    return out; })()`));
  problems.push(...seen.splice(0));
  const full = await evaluate("Math.max(document.documentElement.scrollHeight, innerHeight)");
  await send("Emulation.setDeviceMetricsOverride", { width, height: full, deviceScaleFactor: 1, mobile: false });
  const shot = await send("Page.captureScreenshot", { format: "png" });
  writeFileSync(join(out, `${name}.png`), Buffer.from(shot.data, "base64"));
  for (const p of problems) console.log(`${name}: ${p}`);
  wrong += problems.length;
}

await open("", "en", "light", 1100, 760);
const states = only.length ? only : await evaluate("window.previewStates");
const quick = process.argv.includes("-quick");
for (const state of states) {
  await look(state, "en", "light", 1100);
  if (quick) continue;
  await look(state, "id", "dark", 1100);
  await look(state, "id", "light", 320);
  await look(state, "en", "dark", 320);
}
console.log(`${states.length} states, ${wrong} problems, pictures in ${out}`);
ws.close();
chromium.kill();
await new Promise((r) => chromium.on("exit", r));
server.close();
rmSync(site, { recursive: true, force: true });
rmSync(profile, { recursive: true, force: true });
process.exit(wrong ? 1 : 0);
