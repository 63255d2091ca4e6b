// The real wallboard with 200 volunteers, every one of whom changes with each
// picture, sixty pictures a second by the real stream (a server sends five in two
// seconds): how many frames a second it draws. Exit 1 below 50. Run by make bench,
// on a machine that does nothing else.
//
//	node preview/frames.mjs

import { browse } from "./browser.mjs";

const LEAST = 50, SECONDS = 5, EVERY_MS = 1000 / 60;
const states = ["talking", "ready", "wrapup", "paused", "talking", "offered", "not_responding", "ready"];
const json = (body) => (_req, res) => res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));

let crowd; // the preview's picture of 200 volunteers
let sent = 0;
function picture() {
  sent++;
  const now = new Date(), agents = crowd.status.agents.map((g, k) => {
    const state = states[(sent + k) % states.length];
    return { ...g, state, since: new Date(now - (sent + k) * 1000).toISOString(), contact: state === "talking" ? `T${k}` : undefined };
  });
  return { ...crowd, now: now.toISOString(), status: { ...crowd.status, agents } };
}

const browser = await browse([], {
  "/board": (_req, res) => res.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Board</title>
    <link rel="stylesheet" href="style.css"><link rel="stylesheet" href="office.css"><script type="module" src="board.js"></script></head><body><div id="app"></div></body></html>`),
  "/api/v1/me": json({ name: "rina", alias: "Rina", role: "supervisor" }),
  "/api/v1/board": (_req, res) => {
    res.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const pulse = setInterval(() => res.writableNeedDrain || res.write(`data: ${JSON.stringify(picture())}\n\n`), EVERY_MS);
    res.on("close", () => clearInterval(pulse));
  },
});
const { send, evaluate, origin, errors } = browser;
const until = (what) => browser.until(what, 30_000);
await send("Emulation.setDeviceMetricsOverride", { width: 1600, height: 900, deviceScaleFactor: 1, mobile: false });
await send("Page.navigate", { url: `${origin}/board.html?state=crowd&lang=en` });
crowd = JSON.parse(await until("!!window.crowdPicture && JSON.stringify(crowdPicture)"));
await send("Page.navigate", { url: `${origin}/board?lang=en` });
await until("document.querySelectorAll('.people li').length === 200");
await send("Performance.enable", { timeDomain: "threadTicks" });
const spent = async () => Object.fromEntries((await send("Performance.getMetrics")).metrics.map((m) => [m.name, m.value]));
const count = (seconds) => evaluate(`new Promise((done) => { let n = 0, begin = 0, last = 0, longest = 0; const frame = (t) => {
  if (!begin) begin = last = t; else { n++; longest = Math.max(longest, t - last); last = t; }
  if (t - begin > ${seconds * 1000}) done({ perSecond: n / ((t - begin) / 1000), longest }); else requestAnimationFrame(frame); }; requestAnimationFrame(frame); })`);
await count(1); // warm
const before = sent, busy = await spent();
const { perSecond, longest } = await count(SECONDS);
const shown = sent - before, after = await spent();
const each = (name) => ((1000 * (after[name] - busy[name])) / Math.max(1, perSecond * SECONDS)).toFixed(1);
const still = await evaluate("document.querySelectorAll('.people li').length === 200 && !!document.querySelector('.fresh:not(.bad)')");
console.log(`200 volunteers, all changing, ${(shown / SECONDS).toFixed(0)} pictures/s: ${perSecond.toFixed(1)} frames/s (at least ${LEAST}), the longest ${longest.toFixed(0)} ms, a frame takes ${each("TaskDuration")} ms of processor: ${each("ScriptDuration")} script, ${each("RecalcStyleDuration")} style, ${each("LayoutDuration")} layout`);
for (const e of errors) console.log(e);
await browser.close();
process.exit(perSecond >= LEAST && still && errors.length === 0 ? 0 : 1);
