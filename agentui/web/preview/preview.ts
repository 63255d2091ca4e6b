// Every state of the volunteer's screen from fixed snapshots, to look at and to
// be measured: preview/index.html?state=talking&lang=id. Never embedded.

import { render } from "lit";
import type { Lang } from "../format";
import { Tour } from "../tour";
import "../i18n/both";
import { words } from "../i18n";
import type { AgentView, Choice } from "../messages";
import { usualKeys } from "../keys";
import { noProof } from "../soundcheck";
import { blank, noSound, type Snapshot, type Sound, type SoundFault } from "../store";
import type { App } from "../volunteer/app";
import * as later from "../volunteer/later";
import { screen } from "../volunteer/screen";

const query = new URLSearchParams(location.search);
const lang: Lang = query.get("lang") === "id" ? "id" : "en";
document.documentElement.lang = lang;

const now = Date.now();
const ago = (s: number) => new Date(now - s * 1000).toISOString();
const ahead = (s: number) => new Date(now + s * 1000).toISOString();

const queues = [
  { queue: "hotline", label: "Hotline", waiting: 3, oldest: ago(100), ready: 2, talking: 4 },
  { queue: "remaja", label: "Sahabat Remaja", waiting: 0, ready: 1, talking: 1 },
];
const choices = (list: [string, string, string][]): Choice[] => list.map(([code, en, id]) => ({ code, label: { en, id } }));

const sound: Sound = {
  ...noSound, phase: "parked", canChooseSpeaker: true,
  devices: {
    mics: [{ id: "a", label: "Headset USB" }, { id: "b", label: "Built-in microphone" }],
    speakers: [{ id: "c", label: "Headset USB" }, { id: "d", label: "Laptop speakers" }],
  },
  mic: "a", speaker: "c", ringer: "d",
};
const base: Snapshot = {
  ...blank(lang), link: "live", linkSince: now, agent: "sari", name: "Sari", role: "admin", epoch: 1, sound,
  dispositions: choices([["listened", "Listened", "Didengarkan"], ["referred", "Referred", "Dirujuk"], ["silent", "Silent call", "Panggilan senyap"],
    ["wrong", "Wrong number", "Salah sambung"], ["prank", "Prank", "Iseng"], ["other", "Other", "Lainnya"]]),
  pauseReasons: choices([["break", "Short break", "Istirahat sebentar"], ["meal", "Meal", "Makan"], ["debrief", "After a hard call", "Pendampingan setelah kasus berat"]]),
};
const view = (v: Partial<AgentView> & Pick<AgentView, "state">): AgentView => ({ since: ago(340), queues, ...v });
const call = { contact: "01J", language: "id", talk_safety: { answer: "yes" as const, at: ago(740) }, queue: "hotline", label: "Hotline", caller: "••••963", wait_ms: 100_000, connecting: false, started: ago(751), held: false, muted: false, keys: "" };
const live: Sound = { ...sound, phase: "live", quality: "good", figures: { rtt_ms: 38, jitter_ms: 4, loss: 0.002, concealed: 0.001 } };
const way = (grade: "good" | "fair" | "poor", loss = 0) => ({ grade, loss, jitter_ms: 4 });
const offer = { id: 12, contact: "01J", language: "id", queue: "hotline", label: "Hotline", caller: "••••963", waiting_since: ago(100), expires: ahead(18) };
const callback = (state: "waiting" | "offered" | "calling" | "parked") => ({ id: "01K", queue: "hotline", label: "Hotline", state, queued: ago(1500), expires: ahead(80_000), attempts: 0, most: 3, safe: "yes" as const });
const noted = { contact: "01J", phase: "open" as const, text: lang === "id" ? "Sudah bicara dengan kakaknya. Mau menelepon lagi besok sore." : "Has spoken with her sister. Wants to call again tomorrow afternoon.", saved: now - 60_000, dirty: false, trouble: "" as const };
const aday = {
  from: ago(5 * 3600 + 1000), sums: { calls: 3, talk_ms: 4_100_000, wrapup_ms: 540_000, ready_ms: 9_800_000, paused_ms: 2_100_000, shift_ms: 18_000_000 },
  calls: [
    { contact: "A", at: ago(15_000), queue: "hotline", direction: "in" as const, caller: "••••963", talk_ms: 2_100_000, disposition: "listened" },
    { contact: "B", at: ago(9000), queue: "remaja", direction: "in" as const, caller: "anonymous", talk_ms: 43_000 },
    { contact: "C", at: ago(900), queue: "hotline", direction: "out" as const, caller: "••••678", talk_ms: 900_000, running: true }],
  pauses: [{ at: ago(12_000), reason: "meal", ms: 1_500_000 }, { at: ago(5000), reason: "decompression", ms: 600_000 }],
};
const myWeek = { time_zone: "Asia/Jakarta", shifts: [
  { from: ahead(26 * 3600), to: ahead(34 * 3600), queues: ["hotline", "remaja"] }, { from: ahead(70 * 3600), to: ahead(78 * 3600), queues: ["hotline"], label: lang === "id" ? "Bertukar dengan Ayu" : "Swap with Ayu" }] };
const wrapup = { contact: "01J", talk_safety: { answer: "yes" as const, at: ago(740) }, label: "Hotline", talk_ms: 751_000, until: ahead(94), ended_by: "caller" as const, extendable: true };

const states: Record<string, Partial<Snapshot>> = {
  connecting: { link: "connecting", view: null },
  offline: { view: view({ state: "offline" }), sound: noSound },
  asking: { view: view({ state: "checking" }), sound: { ...sound, phase: "asking", step: "microphone" } },
  checking: { view: view({ state: "checking" }), sound: { ...sound, phase: "connecting", step: "voice" } },
  denied: { view: view({ state: "checking" }), sound: { ...sound, phase: "failed", step: "microphone", fault: "denied" } },
  silent: { view: view({ state: "checking" }), sound: { ...sound, phase: "failed", step: "voice", fault: "mic_silent" } },
  login: { view: view({ state: "paused", reason: "login" }), sound: { ...sound, way: "udp", wayMs: 38 } },
  proof_bad: { view: view({ state: "paused", reason: "login", devices: ["browser", "mobile"] }), notify: "denied", sound: { ...sound, way: "tcp", wayMs: 80 },
    proof: { ...noProof, alone: "no", ring: "no", self: "no", echo: "done", net: { grade: "poor", loss: 0.094, rtt_ms: 410 } } },
  proof_slow: { view: view({ state: "paused", reason: "login" }), notify: "granted", sound: { ...sound, way: "udp", wayMs: 180, line: "slow", slow: true, opus: true },
    proof: { ...noProof, alone: "yes", ring: "yes", self: "asked", echo: "done", net: { grade: "good", loss: 0.01, rtt_ms: 180 } } },
  proof_ok: { view: view({ state: "paused", reason: "login" }), notify: "granted", sound: { ...sound, way: "udp", wayMs: 38 }, proof: { ...noProof, alone: "yes", kept: now - 7_200_000 } },
  login_tcp: { view: view({ state: "paused", reason: "login" }), sound: { ...sound, way: "tcp", wayMs: 80 } },
  speaks_muted: { view: view({ state: "talking", call: { ...call, muted: true } }), sound: live, speaksMuted: true },
  ready: { view: view({ state: "ready" }), told: [{ key: 1, at: now, notice: { code: "answered_elsewhere", agent: "Dewi" } }] },
  ring_locked: { view: view({ state: "ready" }), ringLocked: true },
  mic_lost: { view: view({ state: "ready" }), sound: { ...sound, phase: "failed", fault: "mic_lost" } },
  offered: { view: view({ state: "offered", since: ago(2), offer }) },
  answering: { view: view({ state: "offered", since: ago(2), offer }), asked: { accept: now } },
  talking: { view: view({ state: "talking", call: { ...call, talk_safety: {}, keys: "12#" } }), sound: live, talk: { you_in: way("good"), you_out: way("good"), caller_in: way("good"), caller_out: way("good"), rtt_ms: 38 } },
  connect: { view: view({ state: "talking", call: { ...call, connecting: true, started: ago(0) } }), sound: live },
  caller_poor: { view: view({ state: "talking", call }), sound: live, talk: { you_in: way("good"), you_out: way("fair", 0.03), caller_in: way("poor", 0.12), caller_out: way("good"), rtt_ms: 48 } },
  muted: { view: view({ state: "talking", next: "paused", call: { ...call, muted: true } }), sound: { ...live, quality: "poor", slow: true } },
  safe_asked: { view: view({ state: "talking", call: { ...call, talk_safety: {} } }), sound: live },
  safe_no: { view: view({ state: "talking", call: { ...call, talk_safety: { answer: "no", at: ago(30) } } }), sound: live },
  debrief: { view: view({ state: "paused", reason: "decompression", until: ahead(412), debrief: "offered" }) },
  wrapup_safe: { view: view({ state: "wrapup", since: ago(26), wrapup: { ...wrapup, talk_safety: { needed: true }, disposition: "listened" } }), disposition: "listened", contact: "01J" },
  held: { view: view({ state: "held", call: { ...call, caller: "anonymous", held: true } }), sound: live },
  messages: { view: view({ state: "ready", callbacks: [{ ...callback("waiting"), id: "M1" }] }), playing: "M1", messages: [
    { id: "M1", at: ago(5400), queue: "hotline", number: "••••963", ms: 43_000, state: "taken", by: "sari", since: ago(60) },
    { id: "M2", at: ago(3000), queue: "remaja", number: "anonymous", ms: 12_000, cut: true, state: "open", since: ago(3000) },
    { id: "M3", at: ago(900), queue: "hotline", number: "••••114", ms: 125_000, state: "taken", by: "dewi", since: ago(300) }] },
  locked: { view: view({ state: "ready" }), locked: true },
  locked_offer: { view: view({ state: "offered", offer }), locked: true, unlockTrouble: "wrong" },
  locked_call: { view: view({ state: "talking", call }), sound: live, locked: true },
  marks: { view: view({ state: "offered", since: ago(2), offer: { ...offer, language: "id", before: 3, safety: ["unsafe_to_call", "promised_callback", "cut_off_before"] } }) },
  danger: { view: view({ state: "offered", since: ago(2), offer: { ...offer, danger: true, language: "en", topic: "legal" } }) },
  danger_call: { view: view({ state: "talking", call: { ...call, danger: true, language: "en" } }), sound: live, wish: "same", contact: "01J" },
  wrapup_open: { view: view({ state: "wrapup", since: ago(26), wrapup: { ...wrapup, open: true, disposition: "referred" } }), disposition: "referred", contact: "01J" },
  rest: { view: view({ state: "paused", reason: "decompression", until: ahead(412) }) },
  load_break: { view: view({ state: "paused", reason: "load_break" }) },
  back: { view: view({ state: "offered", since: ago(2), offer: { ...offer, back: true } }) },
  given: { view: view({ state: "offered", since: ago(2), offer: { ...offer, given_by: "Dewi" } }) },
  phone_ready: { view: view({ state: "ready", device: "phone", devices: ["browser", "phone", "mobile"] }), sound: noSound },
  phone_offered: { view: view({ state: "offered", since: ago(2), offer, device: "mobile", devices: ["browser", "mobile"] }), sound: noSound },
  phone_talking: { view: view({ state: "talking", call, device: "phone", devices: ["browser", "phone"] }), sound: noSound },
  phone_gone: { view: view({ state: "media_fault", reason: "phone", device: "phone", devices: ["browser"] }), sound: noSound },
  may_dial: { view: view({ state: "ready", may_dial: true, device: "browser", devices: ["browser", "phone", "mobile"] }), told: [{ key: 1, at: now, notice: { code: "busy" } }] },
  dial: { view: view({ state: "ready", may_dial: true }), dialog: "dial", number: "0811 2345" },
  dial_refused: { view: view({ state: "ready", may_dial: true }), dialog: "dial", number: "+1 202 555 0123", told: [{ key: 1, at: now, notice: { code: "dial_not_allowed" } }] },
  dialling: { view: view({ state: "talking", call: { ...call, caller: "••••678", wait_ms: 0, started: ago(3), direction: "out", stage: "dialling" } }), sound: live },
  ringing_out: { view: view({ state: "talking", call: { ...call, caller: "••••678", wait_ms: 0, started: ago(9), direction: "out", stage: "ringing" } }), sound: live },
  transfer: { view: view({ state: "talking", call }), sound: live, dialog: "transfer", targets: { queues: [{ queue: "hotline", label: "Hotline" }, { queue: "remaja", label: "Sahabat Remaja" }], agents: [{ agent: "dewi", name: "Dewi", state: "ready" }, { agent: "rina", name: "Rina", state: "talking" }], numbers: true } },
  transfer_none: { view: view({ state: "talking", call }), sound: live, dialog: "transfer", targets: { queues: [{ queue: "hotline", label: "Hotline" }], agents: [], numbers: false } },
  transfer_failed: { view: view({ state: "ready" }), told: [{ key: 1, at: now, notice: { code: "transfer_failed", key: "timeout" } }] },
  tour: { view: view({ state: "offline" }) },
  announced: { view: view({ state: "ready" }), announcement: { text: "Uji saluran pukul 14.00: mungkin hening sebentar.", by: "Rina", at: ago(60) } },
  consult_ring: { view: view({ state: "held", call: { ...call, held: true, third: { name: "Dewi", kind: "agent", stage: "ringing", since: ago(4), may_complete: false } } }), sound: live },
  consult: { view: view({ state: "held", call: { ...call, held: true, third: { name: "Dewi", kind: "agent", stage: "consult", since: ago(12), may_complete: true } } }), sound: live },
  three: { view: view({ state: "talking", call: { ...call, third: { name: "••••110", kind: "number", stage: "joined", since: ago(40), may_complete: true } } }), sound: live },
  consult_offer: { view: view({ state: "offered", since: ago(2), offer: { ...offer, given_by: "Sari", consult: true } }) },
  consulted: { view: view({ state: "assisting", call: { ...call, role: "consulted", agent: "Sari", started: ago(20), held: true } }), sound: live },
  consulted_away: { view: view({ state: "assisting", call: { ...call, role: "consulted", agent: "Sari", started: ago(20), held: true, away: true } }), sound: live },
  consult_back: { view: view({ state: "reconnecting", until: ahead(17), call: { ...call, held: true, third: { name: "Dewi", kind: "agent", stage: "consult", since: ago(12), may_complete: true } } }), sound: { ...sound, phase: "restarting" }, contact: "01J", note: noted },
  watched: { view: view({ state: "talking", call: { ...call, watched: [{ name: "Rina", mode: "listen", here: true, since: ago(9) }] } }), sound: live },
  sos: { view: view({ state: "talking", call: { ...call, sos: { contact: "01J", name: "Sari", label: "Hotline", raised: ago(14), called: ["Rina"], next: ahead(16) } } }), sound: live },
  floor: { view: view({ state: "ready", floor: { may: true, sos: [{ contact: "01J", name: "Sari", label: "Hotline", raised: ago(14), called: ["Rina"], next: ahead(16), you: true }], talks: [
    { contact: "01J", name: "Sari", queue: "hotline", label: "Hotline", started: ago(600), watched: [{ name: "Tini", mode: "whisper", here: true, since: ago(60) }] },
    { contact: "01L", name: "Dewi", queue: "remaja", label: "Sahabat Remaja", started: ago(90), held: true, may: "supervise_unseen" }] } }) },
  supervising: { view: view({ state: "assisting", floor: { may: false, sos: [], talks: [] }, call: { ...call, role: "supervisor", mode: "listen", agent: "Sari", started: ago(30) } }), sound: live },
  callback_offer: { view: view({ state: "offered", since: ago(2), offer: { ...offer, callback: callback("offered") }, callbacks: [callback("offered")] }) },
  callback_listen: { view: view({ state: "talking", call: { ...call, direction: "out", muted: true, callback: "01K", listening: true }, callbacks: [callback("calling")] }), sound: live, contact: "01J" },
  callback_talk: { view: view({ state: "talking", call: { ...call, direction: "out", callback: "01K", back: { promised: false, safe: "yes", until: ahead(9000) } } }), sound: live, contact: "01J" },
  callbacks: { view: view({ state: "ready", callbacks: [callback("waiting"), { ...callback("parked"), reason: "safety_unknown" }, { ...callback("parked"), reason: "gap", due: ahead(400), attempts: 1 }] }) },
  promise: { view: view({ state: "talking", call: { ...call, back: { promised: true } } }), sound: live, contact: "01J" },
  wrapup_promise: { view: view({ state: "wrapup", since: ago(26), wrapup: { ...wrapup, back: { promised: true, answered: "yes", safe: "yes", until: ahead(9000) } } }), contact: "01J", told: [{ key: 1, at: now, notice: { code: "safety_missing" } }] },
  silent_open: { view: view({ state: "talking", call: { ...call, block: "may" } }), sound: live, silentOpen: true, contact: "01J" },
  silent_asked: { view: view({ state: "talking", call: { ...call, block: "held", silent: { question: "near", asked: ago(20), answers: [{ question: "danger", answer: "yes", at: ago(60) }, { question: "near", answer: "no", at: ago(12) }] } } }), sound: live, contact: "01J" },
  wrapup_abuse: { view: view({ state: "wrapup", since: ago(3), wrapup: { ...wrapup, ended_by: "agent", talk_ms: 40_000, rest: true, block: "may" } }), disposition: "prank", contact: "01J" },
  wrapup: { view: view({ state: "wrapup", since: ago(26), wrapup }), disposition: "listened", contact: "01J" },
  before: { view: view({ state: "offered", since: ago(2), offer: { ...offer, before: 3 } }) },
  note: { view: view({ state: "talking", call }), sound: live, contact: "01J", note: noted },
  note_retry: { view: view({ state: "talking", call }), sound: live, contact: "01J", note: { ...noted, dirty: true, trouble: "retry" } },
  note_left: { view: view({ state: "ready" }), notesLeft: [{ ...noted, dirty: true, trouble: "refused" }] },
  wrapup_note: { view: view({ state: "wrapup", since: ago(26), wrapup: { ...wrapup, disposition: "listened", follows: "decompression" } }), disposition: "listened", contact: "01J", note: { ...noted, dirty: true } },
  wrapup_heavy: { view: view({ state: "wrapup", since: ago(26), wrapup: { ...wrapup, disposition: "listened", rest: true } }), disposition: "listened", contact: "01J", note: { ...noted, text: "", saved: 0 } },
  day: { view: view({ state: "ready" }), day: aday },
  shifts: { view: view({ state: "ready", shift: { from: ago(5 * 3600), to: ahead(460), now: true, ending: true } }), shifts: myWeek },
  shifts_soon: { view: view({ state: "offline", shift: { from: ahead(500), to: ahead(8 * 3600), now: false } }), shifts: myWeek, sound: noSound },
  shifts_late: { view: view({ state: "offline", shift: { from: ago(300), to: ahead(8 * 3600), now: true } }), shifts: { ...myWeek, shifts: [] }, sound: noSound },
  day_empty: { view: view({ state: "ready" }), day: { from: new Date(new Date().setHours(0, 0, 0, 0)).toISOString(), calls: [], pauses: [], sums: { calls: 0, talk_ms: 0, wrapup_ms: 0, ready_ms: 30_000, paused_ms: 0, shift_ms: 60_000 } } },
  day_failed: { view: view({ state: "ready" }), day: "failed" },
  paused: { view: view({ state: "paused", reason: "meal" }) },
  pause: { view: view({ state: "ready" }), dialog: "pause" },
  keypad: { view: view({ state: "talking", call }), sound: live, dialog: "keypad", keysSent: "12#" },
  wrapup_many: { view: view({ state: "wrapup", wrapup }), digit: "1", dispositions: choices(Array.from({ length: 20 }, (_, i) => [`c${i}`, ["Listened", "Referred to a service", "Safety plan made", "Silent call"][i % 4]!, ["Didengarkan", "Dirujuk ke layanan", "Rencana keselamatan dibuat", "Panggilan senyap"][i % 4]!])) },
  shortcuts_change: { view: view({ state: "ready" }), dialog: "shortcuts", rebinding: "mute", keyTrouble: "hold", keys: { ...usualKeys, transfer: "Alt+Shift+T" } },
  shortcuts: { view: view({ state: "ready" }), dialog: "shortcuts" },
  not_responding: { view: view({ state: "not_responding" }) },
  media_fault: { view: view({ state: "media_fault", reason: "microphone" }), sound },
  fault_check: { view: view({ state: "media_fault", reason: "peer" }), sound: { ...sound, phase: "connecting", step: "path" } },
  reconnecting: { view: view({ state: "reconnecting", until: ahead(21), call }), sound: { ...sound, phase: "restarting" } },
  wire: { link: "retrying", view: view({ state: "talking", call }), sound: live },
  wire_lost: { link: "retrying", view: view({ state: "talking", call }), sound: { ...live, phase: "restarting" } },
  signed_out_call: { link: "signed_out", view: view({ state: "talking", call }), sound: live },
  elsewhere: { link: "elsewhere", view: null, sound: noSound },
  signed_out: { link: "signed_out", view: view({ state: "offline" }), sound: noSound },
  replaced: { link: "replaced", view: null, sound: noSound },
  outdated: { link: "outdated", view: view({ state: "offline" }), sound: noSound },
  draining: { view: view({ state: "ready" }), draining: true },
  draining_offline: { view: view({ state: "offline" }), draining: true, sound: noSound },
  system_muted: { view: view({ state: "talking", call }), sound: { ...live, systemMuted: true } },
  hang_up_armed: { view: view({ state: "talking", call }), sound: live, hangUpArmed: now + 3_600_000 },
  menu: { view: view({ state: "ready" }) },
  slow: { view: view({ state: "ready" }), told: [{ key: 1, at: now, notice: { code: "slow", for: "pause" } }, { key: 2, at: now, notice: { code: "error", error: "not_agent", for: "ready" } }] },
};
// Each fault of the sound in the check, with its remedy.
const faults: SoundFault[] = ["insecure", "no_mic", "mic_busy", "mic_lost", "no_path", "not_heard", "mic_unsent", "blocked"];
for (const fault of faults) states[`fault_${fault}`] = { view: view({ state: "checking" }), sound: { ...sound, phase: "failed", step: fault === "no_path" ? "path" : fault === "not_heard" ? "hearing" : "microphone", fault } };

const nothing = () => undefined;
const app = new Proxy({} as App, {
  get: (_, name) => (name === "micLevel" ? () => -22 + 8 * Math.sin(performance.now() / 300) : nothing),
});

const root = document.getElementById("app")!;
const asked = query.get("state");
if (asked && states[asked]) {
  const s = { ...base, ...states[asked] };
  render(screen({ s, w: words(lang), app, later }), root);
  document.title = `${asked} – Sahut`;
  if (asked === "menu") document.querySelector<HTMLDetailsElement>(".menu")!.open = true;
  if (asked === "tour") new Tour("preview", (l) => [{ at: ".state-pill", text: words(l).tour.state }, { at: "#start-shift", text: words(l).tour.start }], (l) => words(l).tour).show(lang, true);
} else {
  document.title = "Preview – Sahut";
  for (const name of Object.keys(states)) {
    const link = document.createElement("a");
    link.href = `?state=${name}&lang=${lang}`;
    link.textContent = name;
    const line = document.createElement("p");
    line.append(link);
    root.append(line);
  }
}
// The list for the shooting script.
Object.assign(window, { previewStates: Object.keys(states) });
