// What the wallboard shows, all of it from the server, and what it may do.

import type { AgentLine, Call, Kpi, Status, Trunk, WaitingCaller, Why } from "../admin/api";
import { at, type Lang } from "../format";
import type { Words } from "../i18n";
import type { AdminWords } from "../i18n/admin-en";
import type { BoardWords } from "../i18n/board-en";
import type { ReportWords } from "../i18n/report-en";
import type { AgentState, FloorView, Mode, SosView } from "../messages";
import type { Behind } from "../reports/state";
import type { Quality } from "../store";

/** The figures of one queue, or of all. */
export interface Figures { queue?: string; offered: number; answered: number; abandoned: number; kpis: Kpi[] }
export interface Hour { start: string; queue: string; offered: number; answered: number; abandoned: number; abandoned_short: number; unserved: number }
export interface Today { from: string; at: string; t: string; s: string; all: Figures; queues: Figures[]; hours: Hour[]; trends?: Record<string, (number | null)[]> }
export interface Announcement { text: string; by: string; at: string }
export interface Line extends AgentLine { contact?: string; device?: string }

/** One picture, as the server sends it. */
export interface Board {
  now: string;
  status: Omit<Status, "agents"> & { agents: Line[] | null };
  waiting: WaitingCaller[];
  paths: Record<string, "connecting" | "connected">;
  quality?: Record<string, { in?: Quality; out?: Quality; at: string }>; // of who has talked on this shift: what reaches her, and what comes from her
  unheard?: { id: string; queue: string; at: string }[]; // messages nobody took for too long
  trunks: Trunk[];
  today: Today;
  calls: Call[]; // the latest, newest first
  announcement?: Announcement;
  conservation: boolean;
  sos?: SosView[]; // calls for help
  you: { state: AgentState; listed?: boolean; may: boolean; floor?: FloorView; debriefs?: { agent: string; name: string; since: string }[] };
}

/** One line of the journal. */
export interface Entry {
  at: string; kind: string; agent?: string; queue?: string; reason?: string; by?: string; result?: string; target?: string; from?: string; to?: string;
  position?: number; count?: number; ms?: number; wait_ms?: number; talk_ms?: number; stage?: string; outcome?: string; number?: string;
}
export interface Timeline { call: Call; entries: Entry[]; dispositions?: Record<string, { en: string; id: string }> }

/** Something a supervisor must know at once. The same key is the same trouble. */
export interface Alarm { key: string; kind: "sos" | "nobody" | "wait" | "danger" | "late" | "debrief" | "message" | "trunk" | "drill" | "unsafe" | "books" | "draining"; what: string; ms?: number; n?: number }

export interface State {
  lang: Lang;
  name: string;
  tv: boolean;
  board: Board | null;
  heardAt: number; // by this clock, when the last picture came
  offset: number; // of the server's clock
  signedOut: boolean;
  alarms: Alarm[];
  told: string[]; // keys of those that were announced
  seen: string[]; // keys that she put aside
  why: Why | null;
  closing: string;
  writing: boolean; // an announcement
  timeline: Timeline | "loading" | null;
  formula: string; // the figure whose formula is shown
  behind: Behind | null;
  busy: string;
  trouble: string;
}

export interface Actions {
  lookWhy(contact: string): void;
  askClosing(queue: string): void;
  closeQueue(minutes: number, reason: string): void;
  openQueue(queue: string): void;
  write(on: boolean): void;
  announce(text: string): void;
  takeBack(): void;
  supervise(contact: string, mode: Mode): void;
  leave(contact: string): void;
  answerSos(contact: string): void;
  look(contact: string): void;
  explain(kpi: string): void;
  /** Opens the calls behind a figure of today: of an hour that began then, of a queue; empty: of all. */
  open(figure: string, start: string, queue: string): void;
  close(): void;
  putAside(key: string): void;
  tv(on: boolean): void;
  switchLang(): void;
}

export interface Scene { s: State; w: Words; a: AdminWords; b: BoardWords; r: ReportWords; act: Actions }

export function blankState(lang: Lang, tv: boolean): State {
  return { lang, name: "", tv, board: null, heardAt: 0, offset: 0, signedOut: false, alarms: [], told: [], seen: [], why: null, closing: "", writing: false,
    timeline: null, formula: "", behind: null, busy: "", trouble: "" };
}

/** Now, by the server's clock. */
export function serverNow(s: State): number {
  return Date.now() + s.offset;
}

/** What the server is asked for the calls behind a figure of today. */
export function queryToday(b: Board, start: string, queue: string): string {
  const to = start ? Math.min(at(start) + 3600_000, at(b.today.at)) : at(b.today.at); // figures are some seconds old: their calls, too
  const p = new URLSearchParams({ from: new Date(start ? at(start) : at(b.today.from)).toISOString(), to: new Date(to).toISOString(), t: b.today.t });
  if (queue) p.set("queue", queue);
  return p.toString();
}
