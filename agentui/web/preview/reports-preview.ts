// The reports from fixed data; see preview.ts.

import { render } from "lit";
import type { Lang } from "../format";
import "../i18n/both";
import { words } from "../i18n";
import { adminWords } from "../i18n/admin";
import { boardWords } from "../i18n/board";
import { reportWords } from "../i18n/report";
import { screen } from "../reports/screen";
import { blankState, type Actions, type Report, type ReportLine, type State } from "../reports/state";

const query = new URLSearchParams(location.search);
const lang: Lang = query.get("lang") === "id" ? "id" : "en";
document.documentElement.lang = lang;

const now = Date.parse("2026-11-24T10:00:00+07:00");
function line(answered: number, abandoned: number, queue = ""): ReportLine {
  const n = answered + abandoned;
  const k = (id: string, unit: string, value: number) => ({ id, unit, value, n, shown: n >= 5 });
  return { queue, offered: n, answered, answered_in_time: Math.round(answered * 0.8), abandoned, abandoned_short: Math.round(abandoned / 3), unserved: 0, callbacks: 1, overflows: 0, blocked: n > 20 ? 2 : 0, left_before: 1,
    kpis: [k("service_level", "percent", n ? (80 * answered) / n : 0), k("abandon_rate", "percent", n ? (100 * abandoned) / n : 0), k("lost_caller_rate", "percent", n ? (70 * abandoned) / n : 0), k("answer_rate", "percent", n ? (100 * answered) / n : 0), k("average_speed_of_answer", "seconds", 24), k("wait_p90", "seconds", 71),
      k("longest_wait", "seconds", 420), k("average_handle_time", "seconds", 1260), k("handle_time_p50", "seconds", 980), k("average_hold_time", "seconds", 41), k("average_wrap_up_time", "seconds", 185), k("occupancy", "percent", 61.3),
      k("shrinkage", "percent", 18.2), k("adherence", "percent", 79.6), k("callback_safety", "percent", 100), k("callback_reach", "percent", 62.5), k("heavy_load_max", "contacts", 3), k("heavy_load_p90", "contacts", 1)] };
}
const days = [31, 28, 0, 3, 44, 39, 26];
const report: Report = {
  from: "2026-11-16T17:00:00Z", to: "2026-11-23T17:00:00Z", t: "20s", s: "5s", zone: "Asia/Jakarta", step: "day", all: line(171, 19), queues: [line(130, 15, "hotline"), line(41, 4, "remaja")],
  steps: days.map((n, i) => ({ ...line(n, Math.round(n / 9)), start: new Date(Date.parse("2026-11-16T17:00:00Z") + i * 86_400_000).toISOString() })),
};
const base: State = { ...blankState(lang, now), report, queues: [{ id: "hotline", label: "Hotline" }, { id: "remaja", label: "Sahabat Remaja" }], agents: ["Sari", "Dewi", "Rina", "Ayu"].map((name) => ({ id: name.toLowerCase(), name })) };
base.shown = base.asked = { ...base.asked, from: "2026-11-17", to: "2026-11-23" };
const calls = Array.from({ length: 14 }, (_, i) => ({ contact: `01X${i}`, ended: new Date(now - i * 5_000_000).toISOString(), queue: i % 3 ? "hotline" : "remaja", result: i % 4 ? "answered" : "abandoned", wait_ms: 4000 + i * 7000 }));

const states: Record<string, Partial<State>> = {
  reports: {},
  group: { asked: { ...base.asked, agents: ["sari", "dewi"] } },
  nobody: { report: { ...report, all: line(0, 0), queues: [], steps: [] } },
  loading: { report: null, busy: true },
  signed_out: { signedOut: true },
  trouble: { report: null, trouble: "a report covers at most 400 days." },
  behind: { behind: { figure: "answered", start: report.steps[1]!.start, queue: "", calls, more: true } },
  behind_share: { behind: { figure: "abandon_rate", start: "", queue: "hotline", calls: calls.map((c) => ({ ...c, counts: c.result === "abandoned" })), more: false, share: true } },
  behind_back: { behind: { figure: "callback_safety", start: "", queue: "", share: true, more: false, calls: calls.slice(0, 6).map((c, i) => ({ ...c, result: i % 3 ? "back_reached" : "back_missed", wait_ms: 0, counts: i > 0 })) } },
  behind_talks: { behind: { figure: "average_handle_time", start: "", queue: "", more: false, calls: calls.slice(0, 8).map((c, i) => ({ ...c, result: "answered", took_ms: 5_000_000 - i * 600_000 })) } },
  formula: { explained: "service_level" },
  made_of_time: { explained: "occupancy" },
  made_of_shifts: { explained: "heavy_load_max" },
  admin: { role: "admin", explained: "answer_rate" },
  sorted: { sort: { by: "abandoned", down: true } },
};

const act = new Proxy({} as Actions, { get: () => () => undefined });
const asked = query.get("state");
if (asked && states[asked]) {
  render(screen({ s: { ...base, ...states[asked] }, w: words(lang), a: adminWords(lang), b: boardWords(lang), r: reportWords(lang), act }), document.getElementById("app")!);
  if (asked === "group") document.querySelector("details")!.open = true;
  document.title = `${asked} – Sahut`;
} else {
  document.title = "Preview – Sahut";
}
Object.assign(window, { previewStates: Object.keys(states) });
