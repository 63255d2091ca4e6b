// The volunteer's page. The parts and how data flows:
//
//	live.ts   the wire            ──message──►  store.ts  one immutable snapshot
//	media.ts  microphone and path ──report───►     │
//	                                               ▼
//	ring.ts, media.want, wake lock ◄──follow── volunteer.ts ──render──► volunteer/*.ts
//
// Clicks go through App below to the wire; what they lead to comes back as a
// state of the server, never from here.

import { render } from "lit";
import { useZone } from "./format";
import { chosenLang, loadWords, useLang, words } from "./i18n";
import { install, tellLanguage } from "./install";
import { listenForSigns, PageLock } from "./lock";
import { MutedVoice, VOICE_DB } from "./levels";
import { Live } from "./live";
import { Mailbox } from "./mailbox";
import { Media } from "./media";
import { listenForDigits } from "./digits";
import { dropStrayPresses } from "./doubled";
import { DayWatch } from "./myday";
import { ShiftsWatch } from "./myshifts";
import { openNotebook } from "./notebook";
import type { Ask, ClientMessage, ServerMessage, Targets }
 from "./messages";
import { Ring } from "./ring";
import { actionOf, fits, keepKeys, keptKeys, usualKeys } from "./keys";
import { keepShortcuts, listenForShortcuts, shortcutsKept } from "./shortcuts";
import { deviceSet, dropProof, echoed, keepProof, keptProof, noProof, proven, tooSlow, type Proof } from "./soundcheck";
import { age, blank, fold, muted, soundHere, Store, tell, waits, type LineChoice, type Snapshot, type Sound } from "./store";
import type { App, Later } from "./volunteer/app";
import { stateWords } from "./volunteer/header";
import { screen, stageKind } from "./volunteer/screen";

const store = new Store({
  ...blank(chosenLang()),
  linkSince: Date.now(),
  shortcutsOn: shortcutsKept(),
  keys: keptKeys(),
  notify: "Notification" in window ? Notification.permission : "unsupported",
});
const ring = new Ring(() => follow(store.now));
const media = new Media({ send: (m) => live.send(m), report: (sound) => soundChanged(sound), passed });
const notebook = openNotebook((note, notesLeft) => store.patch({ note, notesLeft }));
const day = new DayWatch((d) => store.patch({ day: d }));
const shifts = new ShiftsWatch((mine) => store.patch({ shifts: mine }));
const live = new Live({ message: heard, link: (link) => linkChanged(link), holds: () => !!store.now.view?.call });

let tour: InstanceType<Later["Tour"]> | undefined;
const pageLock = new PageLock({
  cover: (locked) => store.patch({ locked, dialog: "", unlockTrouble: "" }),
  before: () => Promise.race([notebook.flush(), new Promise((done) => setTimeout(done, 1500))]),
  async request(what, body) {
    try {
      const r = await fetch(`/api/v1/session/${what}`, { method: "POST", headers: { "X-Sahut": "1", "Content-Type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(20_000) });
      return r.status;
    } catch {
      return 0;
    }
  },
  later: (ms, f) => void setTimeout(f, ms),
}, Date.now());

const mutedVoice = new MutedVoice();
let muteAsked = false; // by the latest press
let muteTold = 0; // the wire by which the server was told of it last
let checkedSince = ""; // the check of which visit to the state checking has begun
let lockedSince = 0; // when the ring was first seen without its leave
let readyAfterCheck = false; // she pressed Ready after a fault: first the proof

// heard takes one message of the server: first into the store, then to the
// module that acts on it.
function heard(m: ServerMessage): void {
  store.set((s) => fold(s, m, Date.now()));
  switch (m.type) {
    case "welcome":
      media.linkUp(m.epoch);
      pageLock.lockAfter(m.lock_after_s ?? 0);
      store.patch({ locked: pageLock.told(!!m.locked) });
      if (m.zone) useZone(m.zone);
      break;
    case "state":
      follow(store.now);
      break;
    case "locked":
      store.patch({ locked: pageLock.told(m.on) });
      if (!m.on) void whoAmI();
      break;
    case "media.answer":
      void media.answer(m.sdp);
      break;
    case "media.state":
      media.path(m.state);
      break;
    case "check.result":
      media.checkResult(m);
      break;
    case "quality":
      media.upLoss = m.you_out?.loss ?? 0;
      break;
    case "echo.result":
      media.echoResult(m);
      break;
    case "error":
      media.trouble(m.code, m.for ?? "");
      follow(store.now);
      break;
    case "elsewhere":
    case "replaced":
      ring.stop();
      media.stop();
      break;
  }
}

function linkChanged(link: Snapshot["link"]): void {
  store.set((s) => (s.link === link ? s : { ...s, link, linkSince: Date.now(), asked: {} }));
  if (link === "replaced" || (link === "signed_out" && !store.now.view?.call)) {
    ring.stop();
    media.stop();
  } else { // a call's sound goes on as long as the server lets it
    media.linkDown();
  }
}

// follow makes sound, ring and screen lock do what the state says. It runs with
// each state, not with each frame: sound may not wait for drawing.
function follow(s: Snapshot): void {
  const view = s.view;
  if (!view) return;
  notebook.follow((view.call?.role ? "" : view.call?.contact) ?? view.wrapup?.contact ?? "");
  shifts.follow(view.shift?.from ?? "");
  day.follow(`${view.state} ${view.since}`);
  mailbox.follow(s);
  const answering = waits(s, "accept");
  const here = soundHere(view);
  if (here && view.state === "offered" && view.offer && !answering && !waits(s, "decline")) {
    const w = words(s.lang);
    ring.start(view.offer.id, s.sound.ringer, { title: w.ringTitle, body: w.ringBody });
  } else {
    ring.stop();
  }
  if (view.state === "offline" || !here) { // a phone rings and carries the voice by itself
    if (media.on && !waits(s, "shift.start")) media.stop();
  } else if (!media.on) {
    checkedSince = view.since;
    void media.start(view.state === "checking"); // a page reloaded on shift
  } else if (view.state === "checking" && checkedSince !== view.since) {
    // Start shift has begun its check with the click; Ready without a path is
    // sent here by the server.
    checkedSince = view.since;
    if (!media.proving) media.retry(true);
  }
  if (view.state !== "media_fault") readyAfterCheck = false;
  media.want({
    attach: here && (!!view.call || (answering && !!view.offer)),
    muted: waits(s, "mute") || muted(s) || view.call?.mode === "listen", // who listens sends nothing either
    talking: here && view.state === "talking" && !!view.call && !view.call.held && !view.call.connecting && !view.call.stage,
  });
  if (s.mutedHere && s.link === "live" && muteTold !== s.linkSince) tellMute(); // by the wire that came back
  watchRing(here && view.state !== "offline");
  void holdScreen(view.state !== "offline" && view.state !== "paused");
}

// watchRing tells of a ring the browser would keep silent. Until the microphone
// is open it may still get its leave from that.
function watchRing(may: boolean): void {
  const locked = may && ring.locked && !["off", "asking", "connecting"].includes(store.now.sound.phase);
  if (may && ring.locked) ring.unlock(); // it has its leave a moment later, if it may
  lockedSince = locked ? lockedSince || Date.now() : 0;
  const tell = locked && Date.now() - lockedSince >= 900;
  if (tell !== store.now.ringLocked) store.patch({ ringLocked: tell });
}

// passed: a check that Ready waited for is through.
function passed(): void {
  if (!readyAfterCheck) return;
  readyAfterCheck = false;
  ask({ type: "ready" });
}

// ask sends a request once; the same click again waits for the answer to the first.
function ask(m: ClientMessage): boolean {
  if (waits(store.now, m.type as Ask)) return false;
  if (!live.send(m)) {
    store.set((s) => tell(s, { code: "error", error: "no_wire", for: m.type }, Date.now()));
    return false;
  }
  store.set((s) => ({ ...s, asked: { ...s.asked, [m.type]: Date.now() } }));
  return true;
}

// tellMute tells the server what she pressed last.
function tellMute(): void {
  const contact = store.now.view?.call?.contact;
  if (!contact || (muteAsked && store.now.link !== "live")) return; // see follow
  muteTold = store.now.linkSince;
  // A second press before the server's word takes back the first.
  if (waits(store.now, "mute")) live.send({ type: "mute", contact, on: muteAsked });
  else ask({ type: "mute", contact, on: muteAsked });
}

function withContact(make: (contact: string) => ClientMessage): void {
  const contact = store.now.view?.call?.contact ?? store.now.view?.wrapup?.contact;
  if (contact) ask(make(contact));
}

const app: App = {
  startShift() {
    ring.unlock();
    store.patch({ proof: noProof });
    if (ask({ type: "shift.start" }) && soundHere(store.now.view)) void media.start(true);
  },
  endShift: () => void ask({ type: "shift.end" }),
  ready() {
    ring.unlock();
    if (store.now.view?.state === "media_fault" && soundHere(store.now.view)) {
      // A caller just could not hear her: no other one before that is mended.
      readyAfterCheck = true;
      media.retry(true);
      return;
    }
    ask({ type: "ready" });
  },
  openPause: () => store.patch({ dialog: "pause" }),
  pause(reason) {
    store.patch({ dialog: "" });
    ask({ type: "pause", reason });
  },
  answer() {
    const offer = store.now.view?.offer;
    if (!offer || !ask({ type: "accept", offer: offer.id })) return;
    follow(store.now); // the microphone is on the line before the server's word comes
  },
  decline() {
    const offer = store.now.view?.offer;
    if (!offer || !ask({ type: "decline", offer: offer.id })) return;
    follow(store.now);
  },
  hangUp() {
    store.patch({ hangUpArmed: 0 });
    withContact((contact) => ({ type: "hangup", contact }));
  },
  toggleHold: () => withContact((contact) => ({ type: store.now.view?.call?.held ? "resume" : "hold", contact })),
  toggleMute() {
    muteAsked = waits(store.now, "mute") ? !muteAsked : !muted(store.now);
    // Who thinks that she is muted must be: her microphone is closed at once, whether
    // the server can be told or not, and opened by the server's word or hers alone.
    store.patch({ mutedHere: muteAsked && !!store.now.view?.call });
    tellMute();
    follow(store.now);
  },
  sendKey(key) {
    const call = store.now.view?.call;
    if (!call) return;
    if (live.send({ type: "keys", contact: call.contact, keys: key })) {
      store.set((s) => ({ ...s, keysSent: (s.keysSent + key).slice(-24) }));
    } else {
      store.set((s) => tell(s, { code: "error", error: "no_wire", for: "keys" }, Date.now()));
    }
  },
  openKeypad: () => store.patch({ dialog: "keypad" }),
  openDial: () => store.patch({ dialog: "dial", number: "" }),
  openTransfer() {
    if (!store.now.view?.call || store.now.dialog === "transfer") return;
    store.patch({ dialog: "transfer", number: "", targets: "loading" });
    void loadTargets();
  },
  type: (number) => store.patch({ number }),
  dial() {
    const number = store.now.number.trim();
    if (number && ask({ type: "dial", number })) store.patch({ dialog: "" });
  },
  transfer(to) {
    store.patch({ dialog: "" });
    withContact((contact) => ({ type: "transfer", contact, to }));
  },
  readIt: () => store.patch({ announcement: null }),
  consult(to) {
    store.patch({ dialog: "" });
    withContact((contact) => ({ type: "consult", contact, to }));
  },
  completeConsult: () => withContact((contact) => ({ type: "consult.complete", contact })),
  backFromConsult: () => withContact((contact) => ({ type: "consult.back", contact })),
  mergeConsult: () => withContact((contact) => ({ type: "consult.merge", contact })),
  supervise: (contact, mode) => void ask({ type: "supervise", contact, mode }),
  leaveRoom: () => withContact((contact) => ({ type: "supervise.end", contact })),
  sos: (on) => withContact((contact) => ({ type: "sos", contact, on })),
  answerSos: (contact) => void ask({ type: "sos.answer", contact }),
  ringOn: (device) => void (device !== store.now.view?.device && ask({ type: "device", device })),
  extend: () => withContact((contact) => ({ type: "wrapup.extend", contact })),
  toggleSilent() {
    const open = store.now.silentOpen || !!store.now.view?.call?.silent;
    store.patch({ silentOpen: !open });
    if (!open) requestAnimationFrame(() => document.querySelector(".silent")?.scrollIntoView({ block: "nearest" }));
    if (open && store.now.view?.call?.silent) withContact((contact) => ({ type: "silent.end", contact })); // her keys are keys again
  },
  askSilent: (question) => withContact((contact) => ({ type: "silent.ask", contact, question })),
  endAbuse: () => withContact((contact) => ({ type: "abuse.end", contact })),
  rest: () => withContact((contact) => ({ type: "rest", contact })),
  agreeCut: (plan) => withContact((contact) => ({ type: "callback.cut", contact, plan })),
  debrief: (on) => void ask({ type: "debrief", on }),
  debriefHeld: (agent) => void ask({ type: "debrief.held", agent }),
  talkSafety: (answer) => withContact((contact) => ({ type: "talk.safety", contact, answer })),
  promise: (on) => withContact((contact) => ({ type: "callback.promise", contact, on })),
  noteSafety: (note) => withContact((contact) => ({ type: "safety", contact, ...note })),
  otherPerson: () => withContact((contact) => ({ type: "callback.other", contact })),
  hangUpNow: () => withContact((contact) => ({ type: "hangup", contact })),
  block: (reason) => withContact((contact) => ({ type: "block", contact, reason })),
  wish(what) {
    const on = store.now.wish !== what; // a second press takes it back
    if (store.now.wish && on) withContact((contact) => ({ type: "wish", contact, what: store.now.wish as "same" | "never", on: false }));
    withContact((contact) => ({ type: "wish", contact, what, on }));
  },
  listen: (id) => void mailbox.listen(id),
  markMessage: (id, state) => void mailbox.mark(id, state),
  choose(disposition) {
    store.patch({ disposition });
    withContact((contact) => ({ type: "wrapup.choose", contact, disposition }));
  },
  finishWrapUp: () => void finishWrapUp(),
  write: (text) => notebook.type(text),
  keepNote: () => void notebook.flush(),
  dropNote: (contact) => notebook.drop(contact),
  showDay: (open) => day.show(open),
  reloadDay() {
    day.show(false);
    day.show(true);
  },
  retrySound() {
    ring.unlock();
    media.retry(store.now.view?.state === "checking");
  },
  repairSound() {
    ring.unlock();
    media.repair();
  },
  chooseDevice(kind, id) {
    if (kind === "mic") void media.chooseMic(id);
    else if (kind === "speaker") void media.chooseSpeaker(id);
    else if (kind === "ringer") media.chooseRinger(id);
    else media.chooseLine(id as LineChoice);
  },
  testRing() {
    ring.test(store.now.sound.ringer);
    prove({ ring: "asked" });
  },
  hearMyself: () => void hearMyself(),
  answerCheck: (what, yes) => prove({ [what]: yes ? "yes" : "no" }),
  checkAgain() {
    dropProof(deviceSet(store.now.sound));
    store.patch({ proof: { ...noProof, alone: store.now.proof.alone } });
  },
  pickOutput: (kind) => void pickOutput(kind),
  askNotifications: () => void Notification.requestPermission().then((notify) => store.patch({ notify })),
  useHere() {
    ring.unlock();
    live.takeOver();
  },
  openShortcuts: () => store.patch({ dialog: "shortcuts" }),
  useShortcuts(on) {
    keepShortcuts(on);
    store.patch({ shortcutsOn: on });
  },
  changeKey: (rebinding) => store.patch({ rebinding, keyTrouble: "" }),
  useKey(what, name) {
    const has = actionOf(store.now.keys, name);
    if (!fits(name) || (has && has !== what)) return store.patch({ keyTrouble: fits(name) && has ? has : "reserved" });
    const keys = { ...store.now.keys, [what]: name };
    keepKeys(keys);
    store.patch({ keys, rebinding: "", keyTrouble: "" });
  },
  usualKeys() {
    keepKeys(usualKeys);
    store.patch({ keys: usualKeys, rebinding: "", keyTrouble: "" });
  },
  closeDialog: () => store.patch({ dialog: "", rebinding: "", keyTrouble: "" }),
  async switchLang() {
    const lang = store.now.lang === "en" ? "id" : "en";
    try {
      await loadWords(lang);
    } catch {
      return; // no wire: this language goes on
    }
    useLang(lang);
    tellLanguage(lang);
    const url = new URL(location.href);
    url.searchParams.set("lang", lang);
    history.replaceState(null, "", url); // a call may run: no reload
    store.patch({ lang });
  },
  lock: () => pageLock.lock(),
  unlock: (password) => void unlock(password),
  signOut: () => void signOut(),
  micLevel: () => media.micLevel(),
};

async function unlock(password: string): Promise<void> {
  if (store.now.unlocking) return;
  store.patch({ unlocking: true, unlockTrouble: "" });
  const unlockTrouble = await pageLock.unlock(password, Date.now());
  store.patch({ unlocking: false, unlockTrouble });
  if (unlockTrouble) document.getElementById("unlock-password")?.focus();
}

// prove adds to what she found out; when all of it is in order it is kept for
// these devices.
function prove(part: Partial<Proof>): void {
  const p = { ...store.now.proof, ...part };
  store.patch({ proof: p });
  if (proven(p)) keepProof(deviceSet(store.now.sound), Date.now());
}

async function hearMyself(): Promise<void> {
  prove({ echo: "speak", self: "", net: null });
  const e = await media.echo((echo) => prove({ echo }));
  const { way, opus, line } = store.now.sound;
  if (e && !opus && line !== "fast" && tooSlow(e)) media.foundSlow();
  const { slow } = store.now.sound;
  if (e) prove({ ...echoed(store.now.proof, e, way, opus), ...(slow && !opus && line !== "fast" ? { net: null } : {}) }); // it says nothing of Opus
  else prove({ echo: "failed" });
}

// soundChanged: another set of devices has another proof.
function soundChanged(sound: Sound): void {
  const other = deviceSet(sound) !== deviceSet(store.now.sound);
  store.patch({ sound });
  if (other || store.now.proof === noProof) store.patch({ proof: { ...noProof, alone: store.now.proof.alone, kept: keptProof(deviceSet(sound), Date.now()) } });
}

// pickOutput has the browser show its own list: Firefox tells of no device before.
async function pickOutput(kind: "speaker" | "ringer"): Promise<void> {
  const devices = navigator.mediaDevices as MediaDevices & { selectAudioOutput?(): Promise<MediaDeviceInfo> };
  try {
    const d = await devices.selectAudioOutput?.();
    if (d) app.chooseDevice(kind, d.deviceId);
  } catch {
    // she closed the list
  }
}

// finishWrapUp waits a moment for the last words of the note, no longer: what is
// not kept by then is tried on afterwards.
async function finishWrapUp(): Promise<void> {
  const contact = store.now.view?.wrapup?.contact;
  if (store.now.note?.dirty) await Promise.race([notebook.flush(), new Promise((done) => setTimeout(done, 1500))]);
  if (contact && store.now.view?.wrapup?.contact === contact) ask({ type: "wrapup.finish", contact, disposition: store.now.disposition });
}

// loadTargets asks whom she can give the call to, for the dialog that opened.
async function loadTargets(): Promise<void> {
  let targets: Targets | "failed" = "failed";
  try {
    const r = await fetch("/api/v1/targets", { signal: AbortSignal.timeout(5000) });
    if (r.ok) targets = (await r.json()) as Targets;
  } catch {
    // the dialog says so and offers to try again
  }
  store.patch({ targets });
}

const mailbox = new Mailbox(() => store.now, (part) => store.patch(part));

async function signOut(): Promise<void> {
  live.stop();
  try {
    await fetch("/api/v1/session", { method: "DELETE", headers: { "X-Sahut": "1" }, signal: AbortSignal.timeout(3000) });
  } finally {
    location.assign(`/signin?lang=${store.now.lang}`);
  }
}

let lock: WakeLockSentinel | null = null;
let wantsLock = false;

// holdScreen keeps the screen on while calls may come; a sleeping laptop drops
// them. The browser takes the lock away from hidden pages.
async function holdScreen(on: boolean): Promise<void> {
  wantsLock = on;
  if (!on) {
    const old = lock;
    lock = null;
    await old?.release();
  } else if ((!lock || lock.released) && document.visibilityState === "visible") {
    try {
      lock = (await navigator.wakeLock?.request("screen")) ?? null;
    } catch {
      lock = null; // low battery, or not supported: the shift goes on
    }
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") notebook.leave(); // a telephone may end the page without a word
  if (wantsLock) void holdScreen(true);
});

addEventListener("beforeunload", (e) => {
  notebook.leave();
  if (store.now.view?.call || notebook.atRisk) e.preventDefault();
});

const root = document.getElementById("app") ?? document.body.appendChild(document.createElement("div"));
let lastStage = "";
let later: Later | undefined;

// fetchLater brings what the first drawing did without.
async function fetchLater(): Promise<void> {
  later = await import("./volunteer/later");
}

function drawLater(): void {
  tour = new later!.Tour("volunteer", (lang) => {
    const t = words(lang).tour;
    return [{ at: ".state-pill", text: t.state }, { at: "#start-shift", text: t.start }, { at: ".side [aria-labelledby=queues-title]", text: t.queues }, { at: ".menu > summary", text: t.menu }];
  }, (lang) => words(lang).tour);
  draw(store.now);
}

// untilDone tries again: a page that is half there is of no use on a poor line.
async function untilDone(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch {
      await new Promise((again) => setTimeout(again, 1000));
    }
  }
}

function draw(s: Snapshot): void {
  const scene = { s, w: words(s.lang), app, later };
  const kind = s.locked ? "locked" : stageKind(scene);
  const from = document.activeElement, pen = penOf(from);
  const around: Element[] = [];
  for (let e = from; e && e !== document.body; e = e.parentElement) around.push(e);
  render(screen(scene), root);
  if (s.view?.state !== "offered" || !soundHere(s.view) || waits(s, "accept")) document.title = `${s.locked ? scene.w.locked : stateWords(scene)} – ${scene.w.product}`;
  if (kind !== lastStage && lastStage) arrive(kind, pen);
  else if (document.activeElement === document.body && from && !from.isConnected && !around.some((e) => e.matches("dialog"))) nearest(around)?.focus();
  lastStage = kind;
  tour?.show(s.lang, s.link === "live" && !s.dialog && !s.locked && ["offline", "paused", "ready"].includes(s.view?.state ?? ""));
}

// nearest is what of the page can be reached next to something that is gone.
function nearest(around: Element[]): HTMLElement | null {
  for (const e of around) {
    const next = e.isConnected && e !== root ? e.querySelector<HTMLElement>("button:not(:disabled), summary, input:not(:disabled), a[href]") : null;
    if (next) return next;
  }
  return null;
}

// penOf is where she writes in her note, if she does.
function penOf(e: Element | null): [from: number, to: number] | null {
  return e instanceof HTMLTextAreaElement && e.id === "note" ? [e.selectionStart, e.selectionEnd] : null;
}

// arrive is what a new stage does to focus and place. Who writes a note goes on
// writing: what she types must not choose how the call went. A button that was
// pressed is often gone with its stage; then the keyboard goes on from the new
// stage's title, and nobody's focus is stolen. And what rings, or has come, is in
// sight, however far down she read.
function arrive(kind: string, pen: [from: number, to: number] | null): void {
  const note = document.getElementById("note");
  if (pen && note instanceof HTMLTextAreaElement) {
    if (note === document.activeElement) return;
    note.focus({ preventScroll: true });
    note.setSelectionRange(...pen);
    return note.scrollIntoView({ block: "center" });
  }
  const title = document.getElementById("stage-title");
  if (document.activeElement === document.body) title?.focus({ preventScroll: true });
  const at = title?.getBoundingClientRect();
  const sameCall = (k: string) => k === "talking" || k === "held";
  if (at && (at.top < 0 || at.bottom > innerHeight) && !(sameCall(kind) && sameCall(lastStage))) document.getElementById("stage")?.scrollIntoView();
}

async function whoAmI(): Promise<void> {
  try {
    const r = await fetch("/api/v1/me", { signal: AbortSignal.timeout(5000) });
    if (!r.ok) return;
    const me = (await r.json()) as { name?: string; alias?: string; role?: string };
    store.set((s) => ({ ...s, role: me.role ?? s.role, name: s.name || me.alias || me.name || "", agent: s.agent || me.name || "" }));
  } catch {
    // The header lacks a link to the administration; nothing else.
  }
}

await untilDone(() => loadWords(store.now.lang));
store.subscribe(draw);
dropStrayPresses();
listenForSigns(() => pageLock.sign(Date.now()));
listenForDigits(() => store.now, app.choose, (digit) => store.patch({ digit }));
listenForShortcuts(() => store.now, app, (at) => store.patch({ hangUpArmed: at }));
window.setInterval(() => {
  store.set((s) => age(s, Date.now()));
  const v = store.now.view;
  const speaks = mutedVoice.take(!!v?.call && muted(store.now) && soundHere(v) && !v.call.listening && v.call.mode !== "listen", media.micLevel());
  if (speaks !== store.now.speaksMuted) store.patch({ speaksMuted: speaks });
  if (v?.call && soundHere(v) && media.micLevel() > VOICE_DB) pageLock.sign(Date.now()); // she is there, though she touches nothing
  if (!store.now.locked && store.now.link === "live" && pageLock.due(Date.now())) app.lock();
  follow(store.now); // an unanswered Answer gives the microphone back
}, 500);
draw(store.now);
void untilDone(fetchLater).then(drawLater);
live.start();
void whoAmI();
install();
tellLanguage(store.now.lang);
