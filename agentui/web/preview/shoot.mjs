// Looks at every state of the screens in a real browser: a picture of each in
// light, dark, English, Indonesian, wide and narrow, an axe-core run, and the
// plain measures (no sideways scrolling, no target below 24 px, no CSP error).
//
//	node preview/shoot.mjs [-page admin|board|reports] [-only state,…] [-out DIR] [-at TIME] [-quick|-all]
//
// -all looks at every state in a system's own colours, at 200 % and at 550 px, too,
// which takes long; without it each state is looked at in some of them.
//
// Needs chromium on the PATH. Exit 1 when something is wrong.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { browse, web } from "./browser.mjs";

const arg = (name) => { const i = process.argv.indexOf(name); return i > 0 ? process.argv[i + 1] : ""; };
const out = resolve(arg("-out") || join(web, "../../out/screens"));
const only = arg("-only").split(",").filter(Boolean);
const page = arg("-page") || "preview";
mkdirSync(out, { recursive: true });

const browser = await browse();
const { send, evaluate, errors, origin } = browser;

const axe = readFileSync(join(web, "node_modules/axe-core/axe.min.js"), "utf8");
let wrong = 0;
const html = page === "preview" ? "index.html" : `${page}.html`;

async function open(state, lang, scheme, width, height) {
  await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
  await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme === "forced" ? "dark" : scheme }, { name: "forced-colors", value: scheme === "forced" ? "active" : "none" }, { name: "prefers-reduced-motion", value: "reduce" }] });
  await send("Page.navigate", { url: `${origin}/${html}?state=${state}&lang=${lang}` });
  for (let i = 0; i < 100; i++) {
    if (await evaluate(`location.search.includes("state=${state}&lang=${lang}") && document.readyState === "complete" && !!window.previewStates`)) break;
    await new Promise((r) => setTimeout(r, 30));
  }
  if (scheme === "large") await evaluate("document.documentElement.style.fontSize = '200%'");
  await evaluate("new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(r, 60))))");
}

async function look(state, lang, scheme, width, height = width < 500 ? 720 : 760) {
  await open(state, lang, scheme, width, height);
  const name = `${page === "preview" ? "" : `${page}-`}${state}-${lang}-${scheme}-${width}`;
  const problems = [];
  await evaluate(axe + ";0");
  const found = await evaluate(`axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target.join(" ") + " " + (n.any[0]?.message ?? "")).join(" | ")))`);
  problems.push(...found.map((f) => `axe ${f}`));
  problems.push(...await evaluate(`(() => {
    const out = [];
    if (document.documentElement.scrollWidth > innerWidth) out.push("sideways scroll " + document.documentElement.scrollWidth + " by " + [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 4).map((e) => e.tagName + "." + e.className).join(" "));
    for (const e of document.querySelectorAll("button, a[href], select, input, summary, textarea")) {
      const r = (e.matches(".chip input, input[type=radio], input[type=checkbox]") ? e.closest("label") ?? e : e).getBoundingClientRect();
      if (r.width && r.height && (r.width < 24 || r.height < 24) && !e.matches(".skip") && getComputedStyle(e).pointerEvents !== "none") out.push("small target " + e.outerHTML.slice(0, 80));
    }
    return out; })()`));
  if (state.startsWith("tv") && width >= 1280 && scheme !== "large") problems.push(...await evaluate(farAway));
  problems.push(...errors.splice(0));
  const full = await evaluate("document.querySelector('dialog[open]') ? innerHeight : Math.max(document.documentElement.scrollHeight, innerHeight)");
  await send("Emulation.setDeviceMetricsOverride", { width, height: full, deviceScaleFactor: 1, mobile: false });
  const shot = await send("Page.captureScreenshot", { format: "png" });
  writeFileSync(join(out, `${name}.png`), Buffer.from(shot.data, "base64"));
  for (const p of problems) console.log(`${name}: ${p}`);
  wrong += problems.length;
}

// A television is read from four metres and cannot scroll: capitals of 1.5 % of its
// height, nothing over an edge, who waits on the first screen.
const farAway = `(() => {
  const out = [], pen = document.createElement("canvas").getContext("2d");
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let n = texts.nextNode(); n; n = texts.nextNode()) {
    const e = n.parentElement, r = document.createRange();
    r.selectNodeContents(n);
    const box = r.getBoundingClientRect();
    if (!n.data.trim() || !box.width || e.closest(".visually-hidden")) continue;
    const css = getComputedStyle(e);
    const scale = e.closest("svg") ? e.getScreenCTM().a : 1;
    pen.font = css.fontWeight + " " + css.fontSize + " " + css.fontFamily;
    const cap = pen.measureText("H").actualBoundingBoxAscent * scale;
    if (cap < innerHeight * 0.015) out.push("capitals of " + cap.toFixed(1) + " px: " + n.data.trim());
    const clip = e.closest(".tv-people b, .tv-told > span, .tv-alarms b, .rows th");
    const home = clip ?? e.closest(".figures-big > div, td, th, li, section, p");
    const at = home.getBoundingClientRect();
    if (!clip && (box.right > at.right + 1 || box.left < at.left - 1)) out.push("over its edge: " + n.data.trim());
    if (at.bottom > innerHeight + 1 || at.right > innerWidth + 1) out.push("off the screen: " + n.data.trim());
  }
  const waits = document.querySelector("#waiting-title").closest("section").getBoundingClientRect();
  if (waits.top < 0 || waits.bottom > innerHeight) out.push("who waits is not on the screen");
  for (const x of document.querySelectorAll(".tv-part")) {
    let last = -1;
    if (x.scrollWidth > x.clientWidth + 1) out.push("wider than its part: " + x.scrollWidth + " of " + x.clientWidth);
    for (const part of x.children) { const p = part.getBoundingClientRect(); if (p.height && p.top < last - 1) out.push("one over another: " + part.className + part.tagName); last = p.bottom; }
    if (last > innerHeight + 1) out.push("below the screen: " + Math.round(last) + " of " + innerHeight);
  }
  return [...new Set(out)]; })()`;

// The fullest states, also in a system's own colours and with letters of twice the size.
const hard = { preview: ["talking", "offered", "denied", "consult"], admin: ["queues", "hours", "menus", "volunteers", "shifts", "shifts_wrong", "conflict", "trunks"], board: ["board"], reports: ["reports"] };

// odd is half of the states, by their names: another state changes nothing for the rest.
const odd = (state) => [...state].reduce((n, c) => (n * 31 + c.charCodeAt(0)) >>> 0, 7) % 2 === 1;

// By -at it is another time on the pages than it is, and goes on from there.
if (arg("-at")) {
  await send("Page.addScriptToEvaluateOnNewDocument", { source: `{ const Clock = Date, shift = Clock.parse(${JSON.stringify(arg("-at"))}) - Clock.now();
    window.Date = class extends Clock { constructor(...a) { if (a.length) super(...a); else super(Clock.now() + shift); } static now() { return Clock.now() + shift; } }; }` });
}
await open("", "en", "light", 1100, 760);
const states = only.length ? only : await evaluate("window.previewStates");
const quick = process.argv.includes("-quick"), all = process.argv.includes("-all");
for (const state of states) {
  await look(state, "en", "light", 1100);
  if (state.startsWith("tv")) {
    await look(state, "id", "dark", 1920, 1080);
    await look(state, "en", "light", 1280, 720);
  }
  if (quick) continue;
  if (page === "board" || page === "reports") await look(state, "id", "light", 550); // 200 % of a small screen
  await look(state, "id", "dark", 1100);
  await look(state, "id", "light", 320);
  await look(state, "en", "dark", 320);
  if (page === "preview") { // a system's own colours, and 200 %: each state one of them
    if (all || odd(state)) await look(state, "id", "forced", 1100);
    if (all || !odd(state)) await look(state, "en", "light", 550);
  }
  if (page === "admin" && all) await look(state, "id", "light", 550);
  if (!all && !hard[page]?.includes(state)) continue;
  if (page !== "preview") await look(state, "id", "forced", 1280);
  await look(state, "en", "large", 1280);
}
console.log(`${states.length} states, ${wrong} problems, pictures in ${out}`);
await browser.close();
process.exit(wrong ? 1 : 0);
