// The wallboard from fixed data; see preview.ts.

import { render } from "lit";
import { alarmsOf } from "../board/alarms";
import { ContactNotes } from "../board/notes";
import { screen } from "../board/screen";
import { blankState, type Actions, type Board, type State } from "../board/state";
import { at, type Lang } from "../format";
import "../i18n/both";
import { words } from "../i18n";
import { adminWords } from "../i18n/admin";
import { boardWords } from "../i18n/board";
import { reportWords } from "../i18n/report";
import type { AgentState } from "../messages";

const query = new URLSearchParams(location.search);
const lang: Lang = query.get("lang") === "id" ? "id" : "en";
document.documentElement.lang = lang;

const now = Date.now();
const ago = (s: number) => new Date(now - s * 1000).toISOString();
const midnight = new Date(now);
midnight.setHours(0, 0, 0, 0);

const kpis = (sl: number, ab: number, asa: number, n: number) => [
  { id: "service_level", unit: "percent", value: sl, n, shown: true }, { id: "abandon_rate", unit: "percent", value: ab, n, shown: true }, { id: "average_speed_of_answer", unit: "seconds", value: asa, n, shown: true },
  ...([["lost_caller_rate", "percent", 4.9], ["answer_rate", "percent", 91.4], ["wait_p90", "seconds", 71], ["longest_wait", "seconds", 420], ["average_time_to_abandon", "seconds", 88], ["average_handle_time", "seconds", 1260], ["occupancy", "percent", 61.3], ["blockage", "percent", 2.1]] as const).map(([id, unit, value]) => ({ id, unit, value, n, shown: true }))];
const course = (most: number) => Array.from({ length: 20 }, (_, h) => (h === 4 || h === 5 ? null : Math.round(most * (0.5 + 0.5 * Math.sin(h / 3)))));
const states: AgentState[] = ["talking", "ready", "wrapup", "paused", "talking", "offered", "not_responding", "ready"];
const names = ["Sari", "Dewi", "Rina", "Ayu", "Bunga", "Citra", "Melati", "Nur"];
const call = { id: "01X", started: ago(700), ended: ago(100), number: "••••963", queue: "hotline", agent: "sari", outcome: "answered", wait_ms: 24_000, ring_ms: 4000, talk_ms: 540_000, ended_by: "caller" };
const board: Board = {
  now: ago(0),
  status: {
    at: ago(0), revision: 3, draining: false, waiting: 3, talking: 2, contacts: 5, arrived: 184, outcomes: {},
    queues: [{ queue: "hotline", label: "Hotline", waiting: 2, oldest: ago(150), ready: 0, talking: 2 }, { queue: "remaja", label: "Sahabat Remaja", waiting: 1, oldest: ago(12), ready: 2, talking: 0 }],
    agents: names.map((name, i) => ({ agent: name.toLowerCase(), name, state: states[i]!, since: ago(40 + i * 97), queues: ["hotline"], device: "browser", contact: states[i] === "talking" ? `T${i}` : undefined, next: i === 4 ? "paused" : undefined, late: undefined as string | undefined, shift_ends: i === 1 ? new Date(now + 300_000).toISOString() : undefined })),
    drill: { at: ago(30_000), ok: true, stage: "done", took_ms: 9800 },
  },
  waiting: [
    { contact: "01A", queue: "hotline", place: 1, caller: "••••963", class: "priority", since: ago(31), ringing: 1, danger: true },
    { contact: "01B", queue: "hotline", place: 2, caller: "anonymous", class: "normal", since: ago(150), ringing: 0, language: "en", unmet: true },
    { contact: "01C", queue: "remaja", place: 1, caller: "••••114", class: "normal", since: ago(12), ringing: 2, topic: "legal" }],
  paths: Object.fromEntries(names.filter((n) => n !== "Melati").map((n) => [n.toLowerCase(), "connected" as const])),
  quality: { sari: { in: "good", out: "good", at: ago(2) }, bunga: { in: "fair", out: "poor", at: ago(2) }, dewi: { in: "poor", out: "good", at: ago(900) }, nur: { in: "good", out: "good", at: ago(800) } },
  trunks: [{ name: "carrier", server: "ims.example.co.id", address: "203.0.113.5:5060", registers: true, registered: true, up: true, since: ago(90_000), cause: "", rtt_ms: 12, calls: 4, outgoing: 0 }],
  today: { from: midnight.toISOString(), at: ago(2), t: "20s", s: "5s", all: { offered: 184, answered: 161, abandoned: 14, kpis: kpis(82.4, 6.1, 34, 175) },
    queues: [{ queue: "hotline", offered: 150, answered: 130, abandoned: 12, kpis: kpis(78, 7.3, 40, 142) }, { queue: "remaja", offered: 34, answered: 31, abandoned: 2, kpis: kpis(91, 2, 12, 33) }],
    hours: Array.from({ length: 24 }, (_, h) => ({ start: new Date(midnight.getTime() + h * 3600_000).toISOString(), queue: "hotline", offered: 0, answered: [3, 2, 1, 2, 1, 0, 2, 5, 8, 9, 12, 10, 7, 8, 9, 11, 10, 9, 12, 14, 13, 9, 6, 4][h]!, abandoned: h % 4, abandoned_short: 0, unserved: h === 19 ? 2 : 0 })),
    trends: { service_level: course(100), abandon_rate: course(12), average_speed_of_answer: course(60), lost_caller_rate: course(9), answer_rate: course(100), wait_p90: course(120), longest_wait: course(420), average_time_to_abandon: course(100), blockage: course(5) } },
  calls: [{ ...call, id: "01Z", started: ago(40), ended: null, outcome: "", talk_ms: 0 }, call, { ...call, id: "01Y", outcome: "abandoned", agent: "", talk_ms: 0 }],
  conservation: true,
  you: { state: "ready", may: true, floor: { may: true, sos: [], talks: [
    { contact: "T0", name: "Sari", queue: "hotline", label: "Hotline", started: ago(40), watched: [{ name: "Tini", mode: "whisper", here: true, since: ago(9) }] },
    { contact: "T4", name: "Bunga", queue: "hotline", label: "Hotline", started: ago(400), may: "supervise_unseen" }] } },
};
const quiet: Board = { ...board, waiting: [], status: { ...board.status, queues: board.status.queues!.map((q) => ({ ...q, waiting: 0 })), agents: board.status.agents!.map((g, i) => ({ ...g, state: i < 2 ? "ready" : "offline", late: i === 3 ? ago(960) : undefined })) }, you: { state: "offline", listed: false, may: false } };
const trouble: Board = { ...board, today: { ...board.today, all: { ...board.today.all, kpis: [...board.today.all.kpis, { id: "callback_safety", unit: "percent", value: 75, n: 4, shown: false }] } }, conservation: false, trunks: [{ ...board.trunks[0]!, up: false }], announcement: { text: "Uji saluran pukul 14.00: mungkin hening sebentar.", by: "rina", at: ago(200) },
  status: { ...board.status, drill: { at: ago(3000), ok: false, stage: "volunteer", took_ms: 9000 } }, sos: [{ contact: "T0", name: "Sari", label: "Hotline", raised: ago(5), called: ["Rina"], you: true }],
  you: { ...board.you, debriefs: [{ agent: "ayu", name: "Ayu", since: ago(900) }] } };
const crowd: Board = { ...board, status: { ...board.status, agents: Array.from({ length: 200 }, (_, i) => ({ agent: `v${i}`, name: `Relawan ${i + 1}`, state: states[i % states.length]!, since: ago(i * 13), queues: ["hotline"], device: "browser" })) } };
const many = Array.from({ length: 12 }, (_, i) => ({ ...board.waiting[i % 3]!, contact: `W${i}`, queue: i % 2 ? "hotline" : "q3", since: ago(11_000 - i * 60) }));
const full: Board = { ...crowd, ...trouble, waiting: many, announcement: { ...trouble.announcement!, text: "Malam ini banyak panggilan karena siaran televisi. Ambil jeda bila perlu, penyelia siap membantu sampai pukul 24.00; ruang istirahat daring terbuka sepanjang malam untuk siapa pun yang ingin bercerita." },
  status: { ...crowd.status, drill: trouble.status.drill, talking: 111, queues: Array.from({ length: 8 }, (_, i) => ({ ...board.status.queues![0]!, queue: i ? `q${i}` : "hotline", label: i ? `Pendampingan Korban Kekerasan Daerah ${i}` : "Hotline", waiting: i, closed: i === 1 ? "closed_now" : undefined })) },
  today: { ...board.today, all: { ...board.today.all, offered: 12_345, kpis: kpis(100, 100, 3725, 12_345) } } };
const base: State = { ...blankState(lang, false), name: "Rina", board, heardAt: now, offset: at(board.now) - now };

const all: Record<string, Partial<State>> = {
  board: {},
  quiet: { board: quiet },
  trouble: { board: trouble },
  tv: { tv: true, board: trouble },
  tv_quiet: { tv: true, board: quiet },
  tv_full: { tv: true, board: full },
  stale: { heardAt: now - 22_000 },
  signed_out: { heardAt: now - 22_000, signedOut: true },
  unlisted: { board: { ...board, you: { state: "offline", listed: false, may: false } } },
  busy: { board: { ...full, announcement: undefined } },
  why: { why: { contact: "01B", queue: "hotline", place: 2, class: "normal", since: ago(150), step: 1, unmet: true, needs: { language: "en", gender: "f" }, agents: [{ agent: "sari", name: "Sari", reason: "talking" }, { agent: "ayu", name: "Ayu", reason: "gender" }] } },
  behind: { behind: { figure: "service_level", start: "", queue: "hotline", share: true, more: false, calls: Array.from({ length: 9 }, (_, i) => ({ contact: `01X${i}`, ended: ago(i * 700), queue: "hotline", result: i % 4 ? "answered" : "abandoned", wait_ms: 4000 + i * 5000, counts: i % 4 > 0 && i < 4 })) } },
  formula: { formula: "service_level" },
  made_of_time: { formula: "occupancy" },
  announce: { writing: true },
  closing: { closing: "hotline" },
  no_calls: { board: { ...quiet, calls: [] } },
  timeline: { timeline: { call, entries: [
    { at: ago(700), kind: "call.arrived" }, { at: ago(699), kind: "queue.entered", queue: "hotline" }, { at: ago(699), kind: "queue.why", queue: "hotline", result: "sari:wrapup dewi:paused offline=3" }, { at: ago(690), kind: "offer.made", agent: "sari" }, { at: ago(676), kind: "talk.started", agent: "sari" },
    { at: ago(400), kind: "supervise.started", agent: "rina", reason: "listen" }, { at: ago(100), kind: "talk.ended", agent: "sari", by: "caller", talk_ms: 576_000 }, { at: ago(100), kind: "call.ended", outcome: "answered", by: "caller" }] } },
  crowd: { board: crowd },
  notes_unread: { timeline: { call: { ...call, id: "01N" }, entries: [{ at: ago(700), kind: "call.arrived" }] } },
  notes: { timeline: { call: { ...call, id: "01N" }, entries: [{ at: ago(700), kind: "call.arrived" }, { at: ago(60), kind: "note.read", agent: "sari", by: "rina" }] } },
};

const written = [{ contact: "01N", agent: "sari", saved: ago(90), text: lang === "id" ? "Sudah bicara dengan kakaknya.\nMau menelepon lagi besok sore." : "Has spoken with her sister.\nWants to call again tomorrow afternoon." }];
ContactNotes.source = { notesOn: async (c) => (c === "01N" ? written : []), readNotes: async () => written };
if (query.get("state") === "notes") setTimeout(() => document.getElementById("read-notes")?.click(), 20);

const act = new Proxy({} as Actions, { get: () => () => undefined });
const asked = query.get("state");
const root = document.getElementById("app")!;
const drawn = (s: State) => render(screen({ s, w: words(lang), a: adminWords(lang), b: boardWords(lang), r: reportWords(lang), act }), root);
if (asked && all[asked]) {
  const s = { ...base, ...all[asked] };
  drawn({ ...s, alarms: s.board ? alarmsOf(s.board) : [] });
  document.title = `${asked} – Sahut`;
} else {
  document.title = "Preview – Sahut";
}

Object.assign(window, { previewStates: Object.keys(all), crowdPicture: crowd }); // the picture is for frames.mjs
