// What the reports' page shows and may do.

import type { Kpi } from "../admin/api";
import type { Lang } from "../format";
import type { Words } from "../i18n";
import type { AdminWords } from "../i18n/admin-en";
import type { BoardWords } from "../i18n/board-en";
import type { ReportWords } from "../i18n/report-en";
import type { Timeline } from "../board/state";

export const counts = ["offered", "answered", "answered_in_time", "abandoned", "abandoned_short", "unserved", "callbacks", "overflows", "blocked"] as const;
export type Count = (typeof counts)[number];

export type ReportLine = Record<Count, number> & { queue?: string; left_before: number; kpis: Kpi[]; withheld?: boolean };
export type ReportStep = ReportLine & { start: string };
export interface Report { from: string; to: string; t: string; s: string; zone: string; step: string; all: ReportLine; queues: ReportLine[]; steps: ReportStep[] }
export interface ReportCall { contact: string; ended: string; queue: string; result: string; wait_ms: number; took_ms?: number; counts?: boolean }
export interface ReportCalls { calls: ReportCall[]; more: boolean; of?: number; share?: boolean }

export const zones = { "Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT" } as const;
export type Zone = keyof typeof zones;

/** What is asked for. Days are of the zone; to is included. */
export interface Asked { from: string; to: string; step: "hour" | "day" | "week"; queue: string; agents: string[]; zone: Zone; t: number; s: number }

/** The calls behind one figure (a count or a KPI) of one row and one queue; empty: of all. */
export interface Behind { figure: string; start: string; queue: string; calls: ReportCall[] | null; more: boolean; share?: boolean }

export interface State {
  lang: Lang;
  role: string; // admins see figures, and no calls
  asked: Asked; // the form, as it stands
  report: Report | null;
  shown: Asked; // what the report was computed for; the form may have moved on
  queues: { id: string; label: string }[];
  agents: { id: string; name: string }[];
  pressed: Preset | ""; // the period that was chosen by its name: on a Monday today is this week, too
  sort: { by: Count | "start"; down: boolean };
  behind: Behind | null;
  timeline: Timeline | "loading" | null;
  explained: string; // the KPI whose formula is shown
  busy: boolean;
  trouble: string;
  signedOut: boolean;
}

export interface Actions {
  ask(part: Partial<Asked>): void;
  press(preset: Preset): void;
  show(): void;
  sort(by: Count | "start"): void;
  open(figure: string, start: string, queue: string): void;
  close(): void;
  look(contact: string): void;
  explain(kpi: string): void;
  switchLang(): void;
}

export interface Scene { s: State; w: Words; a: AdminWords; b: BoardWords; r: ReportWords; act: Actions }

/** The day ms lies in, in a zone, as 2026-11-23. */
export function dayIn(ms: number, zone: Zone): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(ms);
}

const offsets: Record<Zone, string> = { "Asia/Jakarta": "+07:00", "Asia/Makassar": "+08:00", "Asia/Jayapura": "+09:00" };
const DAY = 86_400_000;

/** Midnight of a day in a zone; days later adds to it. Indonesia knows no summer time. */
export function midnight(day: string, zone: Zone, later = 0): number {
  return Date.parse(`${day}T00:00:00${offsets[zone]}`) + later * DAY;
}

export type Preset = "today" | "yesterday" | "week" | "last_week" | "month" | "last_month";
export const presets: Preset[] = ["today", "yesterday", "week", "last_week", "month", "last_month"];

/** The first and the last day of a preset, seen from now. Weeks begin on Monday. */
export function preset(p: Preset, now: number, zone: Zone): { from: string; to: string; step: Asked["step"] } {
  const today = dayIn(now, zone);
  const noon = midnight(today, zone) + DAY / 2;
  const back = (days: number) => dayIn(noon - days * DAY, zone);
  const weekday = (new Date(`${today}T12:00:00Z`).getUTCDay() + 6) % 7; // 0: Monday
  const first = `${today.slice(0, 8)}01`;
  const lastOfBefore = dayIn(midnight(first, zone) - DAY / 2, zone);
  switch (p) {
    case "today": return { from: today, to: today, step: "hour" };
    case "yesterday": return { from: back(1), to: back(1), step: "hour" };
    case "week": return { from: back(weekday), to: today, step: "day" };
    case "last_week": return { from: back(weekday + 7), to: back(weekday + 1), step: "day" };
    case "month": return { from: first, to: today, step: "day" };
    case "last_month": return { from: `${lastOfBefore.slice(0, 8)}01`, to: lastOfBefore, step: "day" };
  }
}

/** Whether a period's button is down: she pressed it, and its days are still what is asked. */
export function isPressed(s: Pick<State, "asked" | "pressed">, p: Preset, now: number): boolean {
  const is = preset(p, now, s.asked.zone);
  return s.pressed === p && is.from === s.asked.from && is.to === s.asked.to;
}

/** The question as the server reads it. */
export function query(q: Asked): string {
  const p = new URLSearchParams({
    from: new Date(midnight(q.from, q.zone)).toISOString(), to: new Date(midnight(q.to, q.zone, 1)).toISOString(),
    step: q.step, zone: q.zone, t: `${q.t}s`, s: `${q.s}s`,
  });
  if (q.queue) p.set("queue", q.queue);
  for (const a of q.agents) p.append("agent", a);
  return p.toString();
}

/** The same for one row of the table, or for one queue. */
export function queryOf(q: Asked, start: string, queue = ""): string {
  const p = new URLSearchParams(query(q));
  if (queue) p.set("queue", queue);
  if (!start) return p.toString();
  const begin = Math.max(Date.parse(start), midnight(q.from, q.zone));
  const long = { hour: DAY / 24, day: DAY, week: 7 * DAY }[q.step];
  p.set("from", new Date(begin).toISOString());
  p.set("to", new Date(Math.min(Date.parse(start) + long, midnight(q.to, q.zone, 1))).toISOString());
  return p.toString();
}

export function blankState(lang: Lang, now: number, house = ""): State {
  const zone: Zone = house in zones ? (house as Zone) : "Asia/Jakarta";
  const asked: Asked = { ...preset("week", now, zone), queue: "", agents: [], zone, t: 20, s: 5 };
  return { lang, role: "", asked, report: null, shown: asked, queues: [], agents: [], pressed: "week", sort: { by: "start", down: false },
    behind: null, timeline: null, explained: "", busy: false, trouble: "", signedOut: false };
}

/** The line of the queue the report was asked for, or of all; of a queue nobody called, noughts. */
export function total(report: Report, shown: Asked): ReportLine {
  if (!shown.queue) return report.all;
  return report.queues.find((q) => q.queue === shown.queue) ?? { ...(Object.fromEntries(counts.map((c) => [c, 0])) as Record<Count, number>), queue: shown.queue, left_before: 0, kpis: [] };
}

/** Whether the form says what the report does not show yet. */
export function moved(s: Pick<State, "asked" | "shown">): boolean {
  return query(s.asked) !== query(s.shown);
}
