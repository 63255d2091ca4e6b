// Every section of the administration from fixed data; see preview.ts.

import { render } from "lit";
import type { Field, Routing, Trial, WireChange } from "../admin/api";
import { changes } from "../admin/draft";
import { screen } from "../admin/screen";
import { wav } from "../admin/sound";
import { blankState, type Actions, type State } from "../admin/state";
import type { Lang } from "../format";
import "../i18n/both";
import { words } from "../i18n";
import { adminWords } from "../i18n/admin";
import { refusal } from "../i18n/problems";
import described from "./fields.json"; // written by go generate ./configs

const query = new URLSearchParams(location.search);
const lang: Lang = query.get("lang") === "id" ? "id" : "en";
document.documentElement.lang = lang;

const now = Date.now();
const ago = (s: number) => new Date(now - s * 1000).toISOString();

const fields = described as Field[];
const queue = (id: string, label: string, ring_for: string) => ({
  id, label, strategy: "longest_idle", ring_for, greeting: "greeting", music: "music", announce_every: "45s", max_waiting: 0, max_wait: "15m0s",
  max_wait_nobody: "2m0s", exit: { words: "closing" }, wrap_up: "2m0s", wrap_up_extend: "2m0s", short_abandon: "5s",
});
const base: Routing = {
  numbers: [{ number: "0213903963", queue: "hotline", menu: "main", language: "id" }],
  menus: [{ id: "main", prompt: "menu", timeout: "5s", repeat: 1, queue: "hotline", choices: [{ key: "1", danger: true }, { key: "2", language: "en" }, { key: "3", gender: "f" }, { key: "4", queue: "remaja" }] }] as Routing["menus"],
  hours: [{ id: "office", time_zone: "Asia/Jakarta", open24: false, weekly: [{ days: ["mon", "tue", "wed", "thu", "fri"], from: "08:00", to: "22:00" }], exceptions: [{ date: "2026-12-25", label: "Natal", open: "closed", windows: [] }] }] as Routing["hours"],
  queues: [{ ...queue("hotline", "Hotline", "20s"), hours: "office", steps: [{ after: "2m" }], ladder: [{ after: "1m", prompt: "hold", choices: [] }, { after: "3m", prompt: "choices", choices: [{ key: "1", do: "stay" }, { key: "2", do: "callback" }, { key: "4", do: "number", number: "129" }] }] } as Routing["queues"][number], queue("remaja", "Sahabat Remaja", "25s")],
  agents: [{ id: "sari", name: "Sari", queues: ["hotline"] }, { id: "dewi", name: "Dewi", queues: ["hotline", "remaja"] }],
  outgoing: { allow: ["+62"], deny: ["+62809"], max_at_once: 2, max_per_hour: 30, max_minutes: 60, max_cost_per_day: 0, rates: [{ prefix: "+628", per_minute: 500 }] },
  pause_reasons: [{ code: "break", label: { en: "Short break", id: "Istirahat sebentar" } }],
  dispositions: [{ code: "listened", label: { en: "Listened", id: "Didengarkan" } }],
};
const draft: Routing = { ...base, queues: [{ ...base.queues[0]!, ring_for: "2s" }, base.queues[1]!], agents: [base.agents[0]!, { ...base.agents[1]!, name: "Dewi A." }] };
const outcomes = ["answered", "answered", "abandoned", "answered", "closed", "abandoned_short", "system", ""];
const calls = outcomes.map((outcome, i) => ({
  id: `c${i}`, started: ago(600 * (i + 1)), ended: outcome ? ago(600 * i + 20) : null, number: i === 3 ? "anonymous" : `••••${963 - i * 37}`, queue: i % 3 ? "hotline" : "remaja",
  agent: outcome === "answered" || !outcome ? (i % 2 ? "dewi" : "sari") : "", outcome, wait_ms: 4000 + i * 9000, ring_ms: 3000, talk_ms: outcome === "answered" ? 751_000 - i * 60_000 : 0, ended_by: outcome ? (i % 2 ? "agent" : "caller") : "",
}));
const ladders = [{
  call_id: "a84b4c76e66710", began: ago(120), columns: [{ name: "carrier", address: "203.0.113.5:5060" }, { name: "Sahut", address: "192.0.2.1:5060", us: true }],
  arrows: ["INVITE (SDP)", "100 Trying", "180 Ringing", "200 OK (SDP)", "200 OK (SDP)", "ACK", "BYE", "200 OK"].map((label, i) => ({
    at: ago(120 - i / 4), from: i === 0 || i > 4 && i < 7 ? 0 : 1, to: i === 0 || i > 4 && i < 7 ? 1 : 0, label, cseq: "1 INVITE", again: i === 4, message: i,
  })),
}];
const trunks = [
  { name: "carrier", server: "ims.example.co.id", address: "203.0.113.5:5060", registers: true, registered: true, expires: new Date(now + 1800_000).toISOString(), up: true, since: ago(90_000), cause: "", rtt_ms: 12.4, calls: 4, outgoing: 1 },
  { name: "gsm", server: "192.0.2.20", address: "192.0.2.20:5060", registers: false, registered: false, up: false, since: ago(600), cause: "does not answer", cause_code: "silent", rtt_ms: 0, calls: 0, outgoing: 0 },
];
const history = [
  { revision: 3, at: ago(3600), author: "admin", note: "Longer ring at night" }, { revision: 2, at: ago(90_000), author: "admin", note: "" }, { revision: 1, at: ago(900_000), author: "sahut", note: "first start" },
];
const common: State = {
  ...blankState(lang), name: "Admin", role: "admin", fields, base, revision: 3, draft: base, calls,
  prompts: [{ name: "greeting", builtin: true, uploaded: true, languages: ["en"], duration_ms: 6200 }, { name: "music", builtin: true, uploaded: false, duration_ms: 64_000 }, { name: "closing", builtin: true, uploaded: false, duration_ms: 5100 }],
  users: [{ name: "admin", role: "admin", disabled: false }, { name: "sari", role: "volunteer", disabled: false }, { name: "ayu", role: "volunteer", disabled: true }],
  history, yamlRevision: 3, yaml: "numbers:\n  - number: \"0213903963\"\n    queue: hotline\n    language: id\nqueues:\n  - id: hotline\n    label: Hotline\n    ring_for: 20s\n",
  status: {
    at: new Date(now).toISOString(), revision: 3, draining: false, waiting: 3, talking: 2, contacts: 5, arrived: 184, outcomes: { answered: 161, abandoned: 14, closed: 9 },
    queues: [{ queue: "hotline", label: "Hotline", waiting: 3, oldest: ago(100), ready: 0, talking: 2 }, { queue: "remaja", label: "Sahabat Remaja", waiting: 0, ready: 1, talking: 0 }],
    agents: [{ agent: "sari", name: "Sari", state: "talking", since: ago(751), queues: ["hotline"] }, { agent: "dewi", name: "Dewi", state: "not_responding", since: ago(80), queues: ["hotline", "remaja"] },
      { agent: "ayu", name: "Ayu", state: "offline", since: ago(9000), queues: ["remaja"] }],
  }, statusAt: now,
};
const monday = Date.UTC(2026, 10, 22, 17);
const planDay = (i: number) => {
  const time = (h: number) => new Date(monday + (i * 24 + h) * 3600_000).toISOString();
  const who = (agent: string, name: string, from: number, to: number, label = "") => ({ agent, name, from: time(from), to: time(to), queues: agent === "dewi" ? ["hotline"] : ["hotline"], label });
  const lack = (label: string, from: number, to: number, planned = 0) => ({ queue: label, label, from: time(from), to: time(to), planned, needed: 1 + planned });
  return { date: `2026-11-${23 + i}`, from: time(0), to: time(24),
    shifts: i === 6 ? [] : [who("sari", "Sari", 8, 16), ...(i === 2 ? [who("dewi", "Dewi", 22, 30, lang === "id" ? "Bertukar dengan Ayu" : "Swap with Ayu")] : i === 3 ? [] : [who("dewi", "Dewi", 14, 22)])],
    gaps: i === 6 ? [lack("Hotline", 8, 22)] : i === 3 ? [lack("Hotline", 16, 22), lack("Sahabat Remaja", 16, 24, 1), { ...lack("Hotline", 8, 16), gender: "f", language: "en" }] : [] };
};
const openDays = [0, 1, 2, 3, 4, 5, 6].map((i) => {
  const time = (h: number) => new Date(monday + (i * 24 + h) * 3600_000).toISOString();
  const open = i < 3 ? [{ from: time(8), to: time(12) }, { from: time(13), to: time(22) }] : i === 5 ? [{ from: time(22), to: time(30) }] : i === 4 ? [{ from: time(0), to: time(24) }] : [];
  return { date: `2026-11-${23 + i}`, from: time(0), to: time(24), open, ...(i === 3 || i === 4 ? { special: true, label: lang === "id" ? (i === 3 ? "Cuti bersama" : "Malam Natal") : i === 3 ? "Shared leave" : "Christmas Eve" } : {}) };
});
const planned = { time_zone: "Asia/Jakarta", days: [0, 1, 2, 3, 4, 5, 6].map(planDay) };
const shiftPlan = { time_zone: "Asia/Jakarta", remind: "10m", late_after: "10m", soft_end: "10m", soft_wait: "1m",
  weekly: [{ agents: ["sari"], days: ["mon", "tue", "wed", "thu", "fri", "sat"], from: "08:00", to: "16:00", queues: [] }], dates: [{ date: "2026-12-25", label: "Natal", agents: [], off: true, from: "", to: "", queues: [] }] };
const problems = [{ key: "queues.hotline.ring_for", path: "queues[0].ring_for", value: "2s", code: "ring_too_short", reason: "is too short for a person to react", remedy: "use at least 5s" }];

const asServer: WireChange[] = [{ kind: "changed", what: "queue", name: "hotline", key: "ring_for", old: "20s", new: "25s" }, { kind: "changed", what: "agent", name: "dewi", key: "name", old: "Dewi", new: "Dewi A." }, { kind: "changed", what: "queue", name: "hotline", key: "strategy", old: "longest_idle", new: "ring_all" }, { kind: "changed", what: "outgoing", name: "", key: "max_at_once", old: "2", new: "3" }];

function trial(): Trial {
  const kpis = (sl: number, mean: number, p50: number, p90: number) => [
    { id: "service_level", unit: "percent", value: sl, n: 1204, shown: true }, { id: "average_speed_of_answer", unit: "seconds", value: mean, n: 1204, shown: true },
    { id: "wait_p50", unit: "seconds", value: p50, n: 1204, shown: true }, { id: "wait_p90", unit: "seconds", value: p90, n: 1204, shown: true }];
  const run = (answered: number, abandoned: number, sl: number, mean: number, exits: number) => ({
    exits, all: { answered, abandoned, unserved: exits, blocked: 3, kpis: kpis(sl, mean, mean / 2, mean * 2.4) },
    queues: [{ queue: "hotline", answered: answered - 300, abandoned: abandoned - 9, kpis: kpis(sl, mean, 8, 80) }, { queue: "remaja", answered: 300, abandoned: 9, kpis: kpis(sl, mean, 8, 80) }] });
  return { from: ago(28 * 86400), to: ago(0), callers: 1312, real: run(1204, 41, 71.4, 94, 12), control: run(1207, 39, 72.1, 92, 11), changed: run(1231, 17, 84.9, 38, 9),
    fit: { verdict: "good", abandon_rate: -0.2, service_level: 0.7, mean_wait: -2 }, notes: [{ code: "came_back", n: 31 }, { code: "routing_changed", n: 2 }] };
}

const states: Record<string, Partial<State>> = {
  calls: { section: "calls", role: "supervisor" },
  status: { section: "status" },
  begin: { section: "status", base: { ...base, queues: [], numbers: [], agents: [] }, draft: { ...base, numbers: [], agents: [] }, status: { ...common.status!, queues: [], agents: [], waiting: 0, talking: 0, arrived: 0, outcomes: {} } },
  waiting: { section: "status", role: "supervisor", waiting: [
    { contact: "01A", queue: "hotline", place: 1, caller: "••••963", class: "priority", since: ago(190), ringing: 1, danger: true },
    { contact: "01B", queue: "hotline", place: 2, caller: "anonymous", class: "normal", since: ago(120), ringing: 0 }, { contact: "01C", queue: "hotline", place: 3, caller: "••••114", class: "normal", since: ago(40), ringing: 0, unmet: true }],
    why: { contact: "01B", queue: "hotline", place: 2, class: "normal", since: ago(120), step: 1, next: new Date(now + 55_000).toISOString(), exit: new Date(now + 780_000).toISOString(), unmet: false, needs: { language: "en", gender: "f" },
      agents: [{ agent: "sari", name: "Sari", reason: "talking" }, { agent: "dewi", name: "Dewi", reason: "wrapup", until: new Date(now + 61_000).toISOString() }, { agent: "ayu", name: "Ayu", reason: "gender" }] } },
  closing: { section: "status", closing: "hotline", status: { ...common.status!, queues: [{ ...common.status!.queues![0]!, closed: "hours" }, { ...common.status!.queues![1]!, closed: "closed_now" }] } },
  queues: { section: "queues", draft, problems },
  ladder: { section: "queues", draft: { ...base, queues: base.queues.slice(0, 1) } },
  menus: { section: "menus" },
  hours: { section: "hours", hours: [{ id: "office", time_zone: "Asia/Jakarta", days: openDays }] },
  hours_wrong: { section: "hours", hours: [{ id: "office", time_zone: "Asia/Jakarta", days: openDays }], hoursTrouble: true, problems: [{ key: "hours.office.weekly[0].to", path: "hours[0].weekly[0].to", value: "25:00", code: "no_end", reason: "is no time of day", remedy: "write it like 22:00; the end of the day is 24:00" }] },
  rules: { section: "rules" },
  numbers: { section: "numbers" },
  volunteers: { section: "volunteers", draft },
  choices: { section: "choices" },
  shifts: { section: "shifts", plan: planned, draft: { ...base, shifts: shiftPlan } },
  shifts_wrong: { section: "shifts", plan: planned, planTrouble: true, draft: { ...base, shifts: shiftPlan },
    problems: [{ key: "shifts.weekly.1", path: "shifts.weekly[0].agents[0]", value: "sarii", code: "no_agent_near", args: ["sari"], reason: "is no volunteer", remedy: "did you mean sari?" }] },
  shifts_none: { section: "shifts", role: "supervisor", plan: { ...planned, days: planned.days.map((d) => ({ ...d, shifts: [], gaps: [] })) } },
  prompts: { section: "prompts", phone: "music" },
  recording: { section: "prompts", recording: "on", recordLevel: 0.4 },
  recorded: { section: "prompts", recording: { url: URL.createObjectURL(wav(new Float32Array(800), 8000)), file: new File([], "x.wav") } },
  routing: { section: "routing", trouble: refusal({ code: "invalid_name", args: ["48"], detail: "A prompt’s name is 1 to 48 of a-z, 0-9, dot, dash and underscore." }, lang) },
  outgoing: { section: "outgoing" },
  trunks: { section: "trunks", trunks, trace: { on: false, messages: 0, dropped: 0, ladders: [] } },
  bans: { section: "trunks", trunks, bans: [{ host: "198.51.100.7", cause: "guessing", since: ago(300), until: new Date(now + 3300_000).toISOString() }, { host: "2001:db8:1::/64", cause: "flood", since: ago(60), until: new Date(now + 540_000).toISOString() }] },
  blocks: { section: "blocks", role: "supervisor", user: "rina", blocks: [
    { id: "01A", kind: "caller", action: "message", reason: "sexual", by: "sari", added: ago(7200), ends: new Date(now + 79_200_000).toISOString(), expires: new Date(now + 79_200_000).toISOString(), waits: false, hits: 3, last_hit: ago(300) },
    { id: "01B", kind: "prefix", prefix: "62813", action: "low_class", reason: "prank", note: "Since Monday", by: "admin", added: ago(3600), ends: new Date(now + 82_800_000).toISOString(), expires: new Date(now + 600_000_000).toISOString(), waits: true, hits: 0 },
    { id: "01C", kind: "withheld", action: "supervisor_only", reason: "threat", by: "rina", added: ago(90_000), ends: new Date(now + 300_000_000).toISOString(), expires: new Date(now + 300_000_000).toISOString(), waits: false, approved: "admin", hits: 12, last_hit: ago(4000) }] },
  callbacks: { section: "callbacks", role: "supervisor", callbacks: [
    { id: "01K", queue: "hotline", label: "Hotline", state: "waiting", queued: ago(1500), expires: new Date(now + 80_000_000).toISOString(), place: 1, attempts: 0, most: 3, safe: "yes", until: new Date(now + 9_000_000).toISOString() },
    { id: "01L", queue: "hotline", label: "Hotline", state: "parked", reason: "safety_unknown", queued: ago(5000), expires: new Date(now + 70_000_000).toISOString(), attempts: 0, most: 3, by: "sari", safe: "" },
    { id: "01M", queue: "hotline", label: "Hotline", state: "parked", reason: "safety_window", due: new Date(now + 3_000_000).toISOString(), queued: ago(9000), expires: new Date(now + 60_000_000).toISOString(), attempts: 1, most: 3, safe: "yes", until: new Date(now + 900_000_000).toISOString(), zone: "WITA", windows: [{ days: ["mon"], from: "22:00", to: "02:00" }] }] },
  no_blocks: { section: "blocks", blocks: [] },
  trace: { section: "trunks", trunks, trace: { on: true, by: "admin", since: ago(130), until: new Date(now + 600_000).toISOString(), messages: 8, dropped: 0, ladders },
    status: { ...common.status!, drill: { at: ago(7200), ok: true, stage: "done", took_ms: 3400 } } },
  more: { section: "calls", role: "supervisor", more: true },
  history: { section: "history", looked: { revision: 3, changes: changes(base, draft) } },
  review: { section: "queues", draft, review: { document: draft, plan: { revision: 3, at: ago(1), author: "", applied: false, changes: asServer } } },
  trying: { section: "queues", draft, trial: "running", review: { document: draft, plan: { revision: 3, at: ago(1), author: "", applied: false, changes: asServer } } },
  tried: { section: "queues", draft, trial: trial(), review: { document: draft, plan: { revision: 3, at: ago(1), author: "", applied: false, changes: asServer } } },
  conflict: { section: "queues", draft, conflict: { ...history[0]!, choices: {}, theirs: { ...base, queues: [{ ...base.queues[0]!, ring_for: "30s", max_wait: "10m0s" }, base.queues[1]!] } } },
  conflict_apart: { section: "queues", draft, conflict: { ...history[0]!, choices: {}, theirs: { ...base, pause_reasons: [...base.pause_reasons, { code: "prayer", label: { en: "Prayer", id: "Salat" } }] } } },
  conflict_yaml: { section: "routing", conflict: { ...history[0]!, choices: {} } },
  password: { section: "volunteers", asking: { what: "password", name: "ayu" } },
  disable: { section: "volunteers", asking: { what: "disable", name: "sari" } },
  admin_answers: { section: "volunteers", draft: { ...base, agents: [...base.agents, { id: "admin", name: "Lastri", queues: ["hotline"] }] } },
  role: { section: "volunteers", asking: { what: "role", name: "admin" }, user: "admin" },
  said: { section: "queues", draft, done: adminWords(lang).removed1, undo: base },
  offline: { section: "queues", draft, trouble: adminWords(lang).offline, review: { document: draft, plan: { revision: 3, at: ago(1), author: "", applied: false, changes: asServer } } },
  signed_out: { section: "queues", draft, user: "admin", signedOut: "told" },
  sign_in: { section: "queues", draft, user: "admin", signedOut: "asked", signInTrouble: refusal({ code: "wrong_credentials", args: [], detail: "The user name or the password is wrong." }, lang) },
  yaml_wrong: { section: "routing", ofText: true, problems: problems.map((p) => ({ ...p, line: 7, column: 15 })) },
  supervisor: { section: "numbers", role: "supervisor" },
};

const act = new Proxy({} as Actions, { get: () => () => undefined });
const asked = query.get("state");
if (asked && states[asked]) {
  const s = { ...common, ...states[asked] };
  render(screen({ s, w: words(lang), a: adminWords(lang), act }), document.getElementById("app")!);
  document.title = `${asked} – Sahut`;
} else {
  document.title = "Preview – Sahut";
}
Object.assign(window, { previewStates: Object.keys(states) });
