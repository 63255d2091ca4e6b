// Drives the volunteer's page in a real browser through a shift, with the
// server of loop.ts: clicks by role and name, and what happens on the wire, to
// the microphone and in the speaker.
//
//	node preview/loop-test.mjs
//
// Needs chromium on the PATH. Exit 1 with the first expectation that fails.

import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browse } from "./browser.mjs";

// Somebody who speaks without a pause: the browser's own fake microphone only beeps.
const dir = mkdtempSync(join(tmpdir(), "sahut-voice-"));
const voice = join(dir, "voice.wav");
{
  const rate = 48000, n = rate * 2, wav = Buffer.alloc(44 + 2 * n);
  wav.write("RIFF", 0); wav.writeUInt32LE(36 + 2 * n, 4); wav.write("WAVEfmt ", 8); wav.writeUInt32LE(16, 16); wav.writeUInt16LE(1, 20); wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24); wav.writeUInt32LE(2 * rate, 28); wav.writeUInt16LE(2, 32); wav.writeUInt16LE(16, 34); wav.write("data", 36); wav.writeUInt32LE(2 * n, 40);
  for (let i = 0; i < n; i++) wav.writeInt16LE(Math.round(9000 * Math.sin(2 * Math.PI * 997 * i / rate)), 44 + 2 * i);
  writeFileSync(voice, wav);
}
const b = await browse(["--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${voice}`, "--use-fake-ui-for-media-stream", "--allow-loopback-in-peer-connection", "--mute-audio"]);
const started = Date.now();
const say = (what) => console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s  ${what}`);
const find = (name) => `[...document.querySelectorAll("button")].find((x) => x.checkVisibility() && (x.getAttribute("aria-label") ?? x.querySelector(".label")?.textContent ?? x.textContent).trim() === ${JSON.stringify(name)})`;
const has = (name) => b.until(`!!${find(name)}`);
const click = async (name) => { await has(name); await b.evaluate(`${find(name)}.click()`, true); };
const state = (want, ms) => b.until(`document.querySelector("[role=status][data-state]")?.dataset.state === ${JSON.stringify(want)}`, ms);
const strike = async (key, text) => {
  const code = { Tab: 9, Enter: 13, Escape: 27 }[key];
  await b.send("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", key, code: key, windowsVirtualKeyCode: code, text });
  await b.send("Input.dispatchKeyEvent", { type: "keyUp", key, code: key, windowsVirtualKeyCode: code });
};
const said = (type) => b.evaluate(`seen.said.filter((m) => m.type === ${JSON.stringify(type)})`);
// Counts what begins to sound: the ring is the page's only buffer source.
await b.send("Page.addScriptToEvaluateOnNewDocument", { source: `window.rings = []; { const begin = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...a) { rings.push(this.context); return begin.apply(this, a); }; }` });
// Whether a microphone of the page is open to the far end.
await b.send("Page.addScriptToEvaluateOnNewDocument", { source: `{ const mics = [], ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (c) => { const m = await ask(c); mics.push(...m.getAudioTracks()); return m; };
  window.micOpen = () => mics.some((t) => t.readyState === "live" && t.enabled); }` });
const rang = async (n) => { await state("offered"); await b.until(`rings.length === ${n} && rings.every((c) => c.state === "running")`); };
const packets = () => b.evaluate("desk.heard()");
const grows = async () => { const n = await packets(); await b.until(`desk.heard().then((x) => x > ${n} + 5)`, 5000); };
const still = async () => { await new Promise((r) => setTimeout(r, 300)); const n = await packets(); await new Promise((r) => setTimeout(r, 600)); assert.equal(await packets(), n, "packets while parked"); };
const hearing = (on) => b.until(`(() => { const a = document.getElementById("far-end"); if (!a.srcObject) return ${!on};
  window.ear ??= new AudioContext(); if (window.earOf !== a.srcObject) { window.earOf = a.srcObject; window.an = ear.createAnalyser(); ear.createMediaStreamSource(a.srcObject).connect(an); }
  const x = new Float32Array(2048); an.getFloatTimeDomainData(x); const rms = Math.sqrt(x.reduce((s, v) => s + v * v, 0) / x.length); return ${on} ? rms > 0.05 : rms < 0.01; })()`, 6000);

try {
  await b.send("Page.navigate", { url: `${b.origin}/loop.html?lang=en` });
  await state("offline");
  await click("Start shift");
  await state("checking");
  await state("paused", 20000);
  const passed = (await said("check.passed"))[0];
  assert.ok(passed.heard_packets > 20, `heard ${passed.heard_packets} packets of the chime`);
  assert.ok(passed.mic_level_db > -45, `microphone at ${passed.mic_level_db} dB`);
  assert.match(await b.evaluate("desk.codec()"), /^PCM[AU]\/8000$/);
  await still();
  say(`checked: ${passed.heard_packets} packets heard, microphone ${passed.mic_level_db} dB; parked and silent`);

  await click("Hear yourself");
  await b.until(`document.querySelector("#proof-echo")?.textContent.includes("Speak now")`);
  await grows(); // the microphone is on for it
  await b.until(`!!document.getElementById("self-yes")`);
  await still();
  await b.evaluate(`document.getElementById("self-yes").click()`);
  assert.match(await b.evaluate(`document.getElementById("proof-net").textContent`), /good: \d+ ms there and back, 0% lost/);
  await b.evaluate(`document.getElementById("before-ring").click()`, true);
  await b.until(`!!document.getElementById("ring-no")`);
  await b.evaluate(`document.getElementById("ring-no").click()`);
  await b.until(`!!document.getElementById("proof-ringer")`); // where else it may ring
  await b.evaluate(`document.getElementById("before-ring").click()`, true);
  await b.until(`!!document.getElementById("ring-yes")`);
  await b.evaluate(`document.getElementById("ring-yes").click()`);
  await b.evaluate(`document.getElementById("alone-no").click()`);
  await b.until(`document.getElementById("proof-alone").className === "bad"`);
  await b.evaluate(`document.getElementById("alone-yes").click()`);
  await click("End shift");
  await state("offline");
  await click("Start shift");
  await state("paused", 20000);
  await b.until(`!!document.getElementById("proof-kept") && !document.getElementById("proof-echo") && !!document.getElementById("alone-yes")`);
  await b.evaluate("rings.length = 0");
  say("heard herself and the ring, was asked whether she is alone; the next shift is asked for the room only");

  await click("Ready");
  await state("ready");
  await b.evaluate("desk.ring()");
  await state("offered");
  await rang(1);
  await b.until(`document.title.includes("Incoming call")`);
  assert.equal(await b.evaluate(`document.querySelector("[role=alert]").textContent.trim() !== ""`), true);
  const clicked = await b.evaluate(`performance.now()`);
  await click("Answer");
  await b.until("desk.heard().then((n) => n > 0)");
  await state("talking");
  await grows();
  await hearing(true);
  say(`answered: both ways, ${Math.round((await b.evaluate("performance.now()")) - clicked)} ms after the click at most`);
  await b.until(`!document.title.includes("Incoming")`);

  await click("Mute");
  await has("Unmute");
  assert.equal((await said("mute")).at(-1).on, true);
  await b.until(`!!document.getElementById("speaks-muted")`); // the fake microphone beeps on
  await click("Unmute");
  await has("Mute");
  await b.evaluate(`for (let i = 0; i < 2; i++) document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "F4", code: "F4", bubbles: true, cancelable: true }))`);
  await has("Mute");
  assert.deepEqual((await said("mute")).slice(-2).map((m) => m.on), [true, false], "a second press takes back the first");
  await click("Hold");
  await state("held");
  await click("Resume");
  await state("talking");
  // A dialog takes the focus, keeps it, and gives it back.
  await b.evaluate(`${find("Keypad")}.focus()`);
  await strike("Enter", "\r");
  await b.until(`!!document.activeElement.closest("dialog[open]")`);
  for (let i = 0; i < 16; i++) {
    await strike("Tab");
    assert.ok(await b.evaluate(`document.activeElement === document.body || !!document.activeElement.closest("dialog[open]")`), "Tab leaves the dialog");
  }
  await strike("Escape");
  await b.until(`!document.querySelector("dialog[open]") && document.activeElement === ${find("Keypad")}`);
  await state("talking"); // Esc never ends a call
  await click("Keypad");
  await click("5");
  await b.until(`seen.said.some((m) => m.type === "keys" && m.keys === "5")`);
  await click("Close");
  await click("Transfer");
  await has("Dewi · Ready for calls");
  await click("Close");
  assert.equal((await said("transfer")).length, 0);
  say("muted, held, resumed, pressed a key, looked whom to transfer to");

  await b.evaluate("desk.killPath()");
  await b.until("desk.heard().then((n) => n > 5)", 8000);
  await hearing(true);
  say("path killed in a call: rebuilt, both ways");

  await b.evaluate("cut(true)");
  await state("reconnecting", 8000);
  await has("Hang up");
  // Her microphone does not wait for the wire, and stays closed when it is back.
  await b.until("micOpen()");
  const mutes0 = (await said("mute")).length;
  await click("Mute");
  await has("Unmute");
  await b.until("!micOpen()");
  await b.evaluate("cut(false)");
  await state("talking", 12000);
  await b.until(`seen.said.filter((m) => m.type === "mute").length === ${mutes0 + 1}`);
  assert.equal((await said("mute")).at(-1).on, true);
  assert.equal(await b.evaluate("micOpen()"), false, "heard though she is muted");
  await click("Unmute");
  await has("Mute");
  await b.until("micOpen()");
  await grows();
  say("wire cut and back: the call never stopped");

  // On a small telephone, wherever she reads: what she must reach at once is there,
  // and whatever has the focus is not below it.
  await b.send("Emulation.setDeviceMetricsOverride", { width: 360, height: 640, deviceScaleFactor: 1, mobile: true });
  for (const top of [0, 1e6]) assert.deepEqual(await b.evaluate(`new Promise((r) => { scrollTo({ top: ${top}, behavior: "instant" }); requestAnimationFrame(() => r(["mute", "hold", "sos", "hang-up"].filter((id) => {
    const e = document.getElementById(id), at = e.getBoundingClientRect();
    return at.bottom > innerHeight || !e.contains(document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2));
  }))); })`), [], "out of reach");
  const below = `(() => { const e = document.activeElement, bar = document.querySelector(".in-reach"); if (e === document.body || bar.contains(e)) return "";
    const at = e.getBoundingClientRect(); return at.top >= bar.getBoundingClientRect().top - 4 || at.bottom > innerHeight ? e.outerHTML.slice(0, 120) : ""; })()`;
  await b.evaluate(`scrollTo({ top: 0, behavior: "instant" }); document.getElementById("mute").focus()`);
  for (let i = 0; i < 25; i++) {
    await strike("Tab");
    assert.equal(await b.evaluate(below), "", "the focus is covered");
  }
  await b.send("Emulation.clearDeviceMetricsOverride");
  say("on a small telephone Mute, Hold, SOS and Hang up are in reach, and cover no focus");

  const down = (key, code = key, held = {}) => b.evaluate(`void document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "${key}", code: "${code}", bubbles: true, cancelable: true, ...${JSON.stringify(held)} }))`);
  await down("F9", "F9", { shiftKey: true });
  await b.until(`!!document.getElementById("sos-back")`);
  assert.deepEqual((await said("sos")).map((m) => m.on), [true]);
  await down("F9", "F9", { shiftKey: true });
  await b.evaluate("new Promise(requestAnimationFrame)");
  assert.equal((await said("sos")).length, 1, "a second press takes no help away");
  await down("?");
  await b.until(`!!document.getElementById("key-mute")`);
  await b.evaluate(`document.getElementById("key-mute").click()`);
  await down("F8"); // hold has it
  await b.until(`document.querySelector("dialog[open] [role=alert]").textContent.includes("Hold or resume")`);
  await down("m", "KeyM"); // a letter of her notes
  await b.until(`document.querySelector("dialog[open] [role=alert]").textContent.includes("function key")`);
  assert.equal((await said("hold")).length, 1, "nothing is done while she chooses");
  await down("M", "KeyM", { altKey: true, shiftKey: true });
  await b.until(`!!document.getElementById("keys-usual")`);
  await click("Close");
  assert.equal(await b.evaluate(`document.getElementById("mute").getAttribute("aria-keyshortcuts")`), "Alt+Shift+M");
  const mutes = (await said("mute")).length;
  await down("F4");
  await down("Â", "KeyM", { altKey: true, shiftKey: true });
  await has("Unmute");
  await down("Â", "KeyM", { altKey: true, shiftKey: true });
  await has("Mute");
  assert.equal((await said("mute")).length, mutes + 2, "F4 is free");
  await down("?");
  await b.until(`!!document.getElementById("keys-usual")`);
  await b.evaluate(`document.getElementById("keys-usual").click()`);
  await click("Close");
  assert.equal(await b.evaluate(`document.getElementById("mute").getAttribute("aria-keyshortcuts")`), "F4");
  say("called help by a key, gave Mute another key and the usual one again");

  await b.evaluate("signOut(true)");
  await b.until(`document.querySelector(".banner a[href^='/signin']")?.target === "_blank"`);
  await grows();
  await hearing(true);
  await b.evaluate("signOut(false)"); // she signed in again in the other tab
  await b.until(`!document.querySelector(".banner a[href^='/signin']")`);
  await grows();
  say("signed out in a call: the sound goes on, and so does she after signing in");

  await b.evaluate(`dispatchEvent(new KeyboardEvent("keydown", { key: "F9" }))`);
  assert.equal((await said("hangup")).length, 0, "one F9 must not hang up");
  await b.evaluate(`document.getElementById("note").focus()`);
  await b.send("Input.insertText", { text: "she is 1" });
  await b.evaluate(`dispatchEvent(new KeyboardEvent("keydown", { key: "F9" }))`);
  await state("wrapup");
  await strike("5", "5"); // she writes on
  assert.deepEqual(await b.evaluate(`[document.getElementById("note").value, document.querySelector("input[name=disposition]:checked")?.value ?? ""]`), ["she is 15", ""]);
  await still();
  await b.evaluate(`document.querySelector("input[value=listened]").click()`);
  await click("More time");
  await b.until(`seen.said.some((m) => m.type === "wrapup.extend")`);
  say("hung up with F9 twice; parked and silent in wrap-up");

  await b.send("Page.reload");
  await b.until("window.seen && seen.said.length > 0 && !!window.desk");
  await state("wrapup");
  await b.until("seen.offers > 0");
  await b.evaluate(`document.querySelector("input[value=listened]").click()`);
  await click("Finish wrap-up");
  await state("ready");
  assert.equal((await said("wrapup.finish"))[0].disposition, "listened");
  say("reloaded in wrap-up: path offered again by itself, nothing lost");

  await b.send("Page.reload");
  await b.until("window.seen && seen.said.length > 0 && !!window.desk");
  await state("ready");
  await b.until("seen.offers > 0");
  await b.evaluate("desk.ring()");
  await rang(1);
  await b.evaluate(`dispatchEvent(new KeyboardEvent("keydown", { key: "?" }))`);
  assert.equal(await b.evaluate(`document.querySelector("dialog[open]")`), null, "nothing is laid over Answer");
  await click("Decline");
  await state("ready");
  await b.evaluate(`desk.say({ type: "replaced" })`);
  await click("Use here instead");
  await state("ready");
  // As on Android: the page may not make a notification, its worker may.
  await b.evaluate(`window.notes = []; window.Notification = class { static permission = "granted"; constructor() { throw new TypeError("Illegal constructor"); } };
    Object.defineProperty(navigator, "serviceWorker", { value: { ready: Promise.resolve({ showNotification: async (title, o) => void notes.push({ title, ...o, close() { this.closed = true; } }), getNotifications: async ({ tag }) => notes.filter((n) => n.tag === tag) }) } });`);
  await b.evaluate("desk.ring()");
  await rang(2);
  await b.until("notes.length === 1");
  assert.doesNotMatch(await b.evaluate("JSON.stringify(notes[0])"), /963|Hotline/, "a lock screen is public");
  await click("Decline");
  await state("ready");
  await b.until("notes[0].closed === true");
  say("it rings after a reload without a click, and after a takeover");

  // Without the microphone the browser gives no leave; then she is told, and one
  // click anywhere gives it.
  const { identifier } = await b.send("Page.addScriptToEvaluateOnNewDocument", { source: `window.gesture = false; navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotFoundError"));
    AudioContext.prototype.resume = (was => function () { return window.gesture ? was.call(this) : new Promise(() => {}); })(AudioContext.prototype.resume);
    Object.defineProperty(AudioContext.prototype, "state", { get: (was => function () { return window.gesture ? was.call(this) : "suspended"; })(Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "state").get) });` });
  await b.send("Page.reload");
  await b.until("window.seen && seen.said.length > 0 && !!window.desk");
  await state("ready");
  await has("Turn sound on");
  assert.doesNotMatch(await b.evaluate(`document.querySelector("[role=status][data-state]").textContent + document.title`), /Ready for calls/);
  await b.evaluate(`gesture = true; document.body.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }))`, true);
  await b.until(`!${find("Turn sound on")}`);
  await b.send("Page.removeScriptToEvaluateOnNewDocument", { identifier });
  await b.send("Page.reload");
  await b.until("window.seen && seen.said.length > 0 && !!window.desk");
  await state("ready");
  await b.until("seen.offers > 0");
  say("a browser that keeps the ring silent is told of; a click opens it");

  const press = (key) => b.evaluate(`dispatchEvent(new KeyboardEvent("keydown", { key: "${key}" }))`);
  await press("?");
  await b.until(`!!document.querySelector("dialog[open] input[type=checkbox]")`);
  await b.evaluate(`document.querySelector("dialog[open] input[type=checkbox]").click()`);
  await click("Close");
  await press("?");
  await b.evaluate("new Promise(requestAnimationFrame)");
  assert.equal(await b.evaluate(`document.querySelector("dialog[open]")`), null, "? is off with the other keys");
  await b.evaluate(`localStorage.removeItem("sahut.shortcuts")`);

  await b.evaluate(`desk.show({ state: "media_fault", reason: "microphone" })`);
  await state("media_fault");
  await click("Ready");
  await state("ready", 15000);
  assert.deepEqual((await said("check.passed")).length, 1, "proven before ready");
  await b.evaluate(`desk.show({ state: "checking" })`);
  await state("paused", 15000);
  await click("Ready");
  await state("ready");
  say("after a fault, and when the server asks: checked again first");

  await click("Pause");
  await click("Break");
  await state("paused");
  await click("End shift");
  await state("offline");
  await b.until(`document.getElementById("far-end").srcObject === null`);
  assert.deepEqual(b.errors, []);
  say("paused, shift ended, microphone closed, no errors in the console");
} catch (e) {
  console.error(e.message);
  console.error(await b.evaluate(`document.querySelector("main")?.innerText`).catch(() => ""));
  console.error(JSON.stringify(await b.evaluate(`seen.said.map((m) => m.type).filter((t) => t !== "ping")`).catch(() => "")), b.errors);
  process.exitCode = 1;
} finally {
  await b.close();
  rmSync(dir, { recursive: true, force: true });
}
