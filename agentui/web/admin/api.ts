// The HTTP interface as the administration uses it. Every refusal becomes a
// Refused, which the page says in its reader's language.

import type { CallbackView, SafetyNote } from "../messages";
import type { Timeline } from "../board/state";
import type { Report, ReportCalls } from "../reports/state";
import type { AgentState, Choice, QueueView } from "../messages";

export interface Routing {
  numbers: NumberEntry[];
  queues: Queue[];
  agents: Agent[];
  menus?: ({ id: string } & Record<string, unknown>)[] | null;
  hours?: ({ id: string } & Record<string, unknown>)[] | null;
  outgoing?: Outgoing;
  shifts?: { time_zone: string; weekly?: unknown[] | null; dates?: unknown[] | null } & Record<string, unknown>;
  pause_reasons: Choice[];
  dispositions: Choice[];
}
export interface NumberEntry { number: string; queue: string; language: string; menu?: string }
export interface Agent { id: string; name: string; queues: string[]; dial?: boolean; mobile?: string }
export interface Outgoing {
  allow: string[] | null; deny: string[] | null; max_at_once: number; max_per_hour: number; max_minutes: number; max_cost_per_day: number;
  rates: { prefix: string; per_minute: number }[] | null;
}
export interface Queue {
  id: string; label: string; strategy: string; ring_for: string; greeting: string; music: string; announce_every: string;
  max_waiting: number; max_wait: string; max_wait_nobody: string; exit: { queue?: string; words?: string; message?: boolean };
  ladder?: { after: string; prompt: string; choices?: { key: string; do: string; queue?: string; number?: string }[] | null }[] | null;
  steps?: { after: string }[] | null; hours?: string; when_closed?: Queue["exit"];
  wrap_up: string; wrap_up_extend: string; short_abandon: string;
}

/** One key of the routing document with the words of the form. */
export interface Field {
  key: string; // queues[].ring_for
  type: "text" | "number" | "switch" | "duration" | "choice" | "secret" | "list" | "group";
  label?: { en: string; id: string };
  help?: { en: string; id: string };
  doc?: string;
  default: string;
  choices?: (string | { value: string; label?: { en: string; id: string } })[];
  refers?: "queues" | "prompts" | "menus" | "hours" | "agents" | "";
}

/** One mistake, at the path a form names its field by. */
export interface Problem {
  key: string; path?: string; value?: string; code?: string; args?: string[]; reason: string; remedy: string; line?: number; column?: number;
}
export interface Change { key: string; old?: unknown; new?: unknown }
/** The same as the server tells it. */
export interface WireChange { kind: "added" | "removed" | "changed" | "moved"; what: string; name: string; key?: string; old?: string; new?: string }
export interface Revision { revision: number; at: string; author: string; note?: string }
export interface Plan extends Revision { applied: boolean; changes: WireChange[] | null; problems?: Problem[] | null }
export interface Call {
  id: string; started: string; ended: string | null; number: string; queue: string; agent: string; outcome: string; direction?: string;
  wait_ms: number; ring_ms: number; talk_ms: number; ended_by: string;
}
export interface Prompt { name: string; builtin: boolean; uploaded: boolean; languages?: string[]; duration_ms: number } // languages: whose callers have an uploaded one of their own
export interface Trunk {
  name: string; server: string; address: string; registers: boolean; registered: boolean; expires?: string; up: boolean; since: string; cause: string; cause_code?: string;
  checked?: string; rtt_ms: number; calls: number; outgoing: number;
}
export interface Ladder {
  call_id: string; contact?: string; began: string; columns: { name: string; address: string; us?: boolean }[];
  arrows: { at: string; from: number; to: number; label: string; cseq: string; again?: boolean; message: number }[];
}
export interface Trace { on: boolean; by?: string; since?: string; until?: string; messages: number; dropped: number; ladders: Ladder[] }
export interface Drill { at: string; ok: boolean; stage: string; took_ms: number }
/** Who waits, and why she still does. */
export interface WaitingCaller {
  contact: string; queue: string; place: number; caller: string; class: string; since: string; ringing: number; callback?: boolean; unmet?: boolean; danger?: boolean; language?: string; topic?: string;
}
export interface Why {
  contact: string; queue: string; place: number; class: string; since: string; step: number; next?: string; exit?: string; unmet: boolean;
  needs: { language?: string; gender?: string; topic?: string; waived?: string[] | null };
  agents: { agent: string; name: string; reason: string; detail?: string; until?: string; tier?: number }[];
}
/** A host the telephone side does not listen to for a while. */
export interface Ban { host: string; cause: string; since: string; until: string }
/** A blocked caller; never with the number. */
export interface Block {
  id: string; kind: string; prefix?: string; action: string; reason: string; note?: string; by: string; added: string; ends: string; expires: string;
  waits: boolean; approved?: string; hits: number; last_hit?: string;
}
export interface NewBlock { number?: string; prefix?: string; withheld?: boolean; action: string; reason: string; note: string; hours: number }
export interface User { name: string; role: string; disabled: boolean }
export interface AgentLine {
  agent: string; name: string; state: AgentState; reason?: string; since: string; next?: string; queues: string[] | null;
  late?: string; shift_ends?: string; // by the shift plan
}
export interface Status {
  at: string; revision: number; draining: boolean; queues: QueueView[] | null; agents: AgentLine[] | null;
  waiting: number; talking: number; contacts: number; arrived: number; outcomes: Record<string, number> | null; dialled?: number; drill?: Drill | null;
}

/** The shift plan by days of its own time zone. */
export interface ShiftPlan { time_zone: string; days: PlanDay[] }
export interface PlanDay { date: string; from: string; to: string; shifts: PlannedShift[]; gaps: PlanGap[] }
export interface PlannedShift { agent: string; name: string; from: string; to: string; queues: string[]; label?: string; date?: boolean }
export interface PlanGap { queue: string; label: string; from: string; to: string; planned: number; needed: number; language?: string; gender?: string }

/** Opening hours by days of their own time zone. */
export interface HoursDays { id: string; time_zone: string; days: OpenDay[] }
export interface OpenDay { date: string; from: string; to: string; open: { from: string; to: string }[]; special?: boolean; label?: string }

export interface Kpi { id: string; unit: string; value: number; n: number; shown: boolean }
export interface TrialLine { queue?: string; answered?: number; abandoned?: number; unserved?: number; blocked?: number; kpis?: Kpi[] }
export interface TrialRun { exits: number; all: TrialLine; queues: TrialLine[] | null }
/** What a document would have done to the past. */
export interface Trial {
  from: string; to: string; callers: number; real: TrialRun; control: TrialRun; changed: TrialRun;
  fit: { verdict: "good" | "fair" | "poor" | "too_few"; abandon_rate: number; service_level: number; mean_wait: number };
  notes: { code: string; n: number }[] | null;
}

/** A refusal: RFC 9457 as the server writes it, or no answer at all (status 0). */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly problems: Problem[] = [],
    readonly current: Revision | null = null,
    readonly changes: WireChange[] = [],
    readonly code = "",
    readonly args: string[] = [],
  ) {
    super(detail);
  }
}

interface Request {
  method?: string;
  body?: BodyInit;
  type?: string;
  accept?: string;
  ifMatch?: number;
  signal?: AbortSignal;
}

const TIMEOUT_MS = 10000;

async function ask(path: string, r: Request = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: r.accept ?? "application/json", "X-Sahut": "1" };
  if (r.type) headers["Content-Type"] = r.type;
  if (r.ifMatch !== undefined) headers["If-Match"] = `"${r.ifMatch}"`;
  let answer: Response;
  try {
    answer = await fetch(`/api/v1/${path}`, {
      method: r.method ?? "GET", headers, body: r.body, signal: r.signal ?? AbortSignal.timeout(r.body ? 60000 : TIMEOUT_MS),
    });
  } catch {
    throw new Refused(0, "");
  }
  if (answer.ok) return answer;
  const p = (await answer.json().catch(() => ({}))) as {
    detail?: string; title?: string; code?: string; args?: string[]; problems?: Problem[]; current?: Revision; changes?: WireChange[];
  };
  throw new Refused(answer.status, p.detail ?? p.title ?? answer.statusText, p.problems ?? [], p.current ?? null, p.changes ?? [], p.code, p.args);
}

async function json<T>(path: string, r?: Request): Promise<T> {
  return (await (await ask(path, r)).json()) as T;
}

const sending = (method: string, body: unknown): Request => ({ method, body: JSON.stringify(body), type: "application/json" });

/** What a volunteer wrote about a contact; the text comes with reading it only. */
export interface ContactNote { contact: string; agent: string; saved: string; text?: string }

export const api = {
  me: () => json<{ name: string; alias: string; role: string }>("me"),
  fields: async () => (await json<{ fields: Field[] }>("routing/fields")).fields,
  calls: (since: string, before = "") => json<{ calls: Call[]; more: boolean }>(`calls?since=${since}&limit=500${before ? `&before=${before}` : ""}`),
  trunks: async () => (await json<{ trunks: Trunk[] }>("trunks")).trunks,
  bans: async () => (await json<{ bans: Ban[] }>("bans")).bans,
  unban: (host: string) => ask(`bans/${encodeURIComponent(host)}`, { method: "DELETE" }),
  callbacks: async () => (await json<{ callbacks: CallbackView[] }>("callbacks")).callbacks,
  callNow: (id: string) => ask(`callbacks/${encodeURIComponent(id)}/call`, { method: "POST" }),
  giveUp: (id: string) => ask(`callbacks/${encodeURIComponent(id)}`, { method: "DELETE" }),
  noteSafety: (id: string, note: SafetyNote) => ask(`callbacks/${encodeURIComponent(id)}/safety`, sending("PUT", note)),
  blocks: async () => (await json<{ blocks: Block[] }>("blocks")).blocks,
  addBlock: (b: NewBlock) => json<Block>("blocks", sending("POST", b)),
  approveBlock: (id: string, hours: number) => json<Block>(`blocks/${encodeURIComponent(id)}/approve`, sending("POST", { hours })),
  removeBlock: (id: string) => ask(`blocks/${encodeURIComponent(id)}`, { method: "DELETE" }),
  trace: () => json<Trace>("trace"),
  startTrace: (minutes: number) => json<Trace>("trace", sending("POST", { minutes })),
  stopTrace: () => json<Trace>("trace", { method: "DELETE" }),
  status: () => json<Status>("status"),
  waiting: async () => (await json<{ waiting: WaitingCaller[] }>("waiting")).waiting,
  why: (contact: string) => json<Why>(`waiting/${encodeURIComponent(contact)}`),
  report: (query: string) => json<Report>(`report?${query}`, { signal: AbortSignal.timeout(60_000) }),
  reportCalls: (query: string, figure: string) => json<ReportCalls>(`report/calls?figure=${figure}&${query}`, { signal: AbortSignal.timeout(60_000) }),
  announce: (text: string) => ask("announcement", sending("POST", { text })),
  takeBack: () => ask("announcement", { method: "DELETE" }),
  supervise: (contact: string, mode: string) => ask(`talks/${encodeURIComponent(contact)}/supervision`, sending("PUT", { mode })),
  leaveTalk: (contact: string) => ask(`talks/${encodeURIComponent(contact)}/supervision`, { method: "DELETE" }),
  answerSos: (contact: string) => ask(`talks/${encodeURIComponent(contact)}/sos`, { method: "POST" }),
  notesOn: async (contact: string) => (await json<{ notes: ContactNote[] }>(`notes?contact=${encodeURIComponent(contact)}`)).notes,
  readNotes: async (contact: string) => (await json<{ notes: ContactNote[] }>(`notes/${encodeURIComponent(contact)}`)).notes,
  timeline: (contact: string) => json<Timeline>(`calls/${encodeURIComponent(contact)}/timeline`),
  closeQueue: (queue: string, until: string, reason: string) => ask(`queues/${encodeURIComponent(queue)}/closing`, sending("POST", { until, reason })),
  openQueue: (queue: string) => ask(`queues/${encodeURIComponent(queue)}/closing`, { method: "DELETE" }),
  history: async () => (await json<{ revisions: Revision[] }>("routing/history")).revisions,
  prompts: async () => (await json<{ prompts: Prompt[] }>("prompts")).prompts,
  users: async () => (await json<{ users: User[] }>("users")).users,

  async routing(): Promise<{ routing: Routing; revision: number }> {
    const r = await ask("routing");
    return { routing: (await r.json()) as Routing, revision: revisionOf(r) };
  },
  async yaml(): Promise<{ text: string; revision: number }> {
    const r = await ask("routing", { accept: "application/yaml" });
    return { text: await r.text(), revision: revisionOf(r) };
  },
  routingAt: (n: number) => json<Routing>(`routing/${n}`),
  /** Checks a document, or applies it. */
  put(document: Routing | string, base: number, dryRun: boolean, note = ""): Promise<Plan> {
    const query = new URLSearchParams(dryRun ? { dry_run: "1" } : note ? { note } : {});
    const text = typeof document === "string";
    return json<Plan>(`routing?${query}`, {
      method: "PUT", body: text ? document : JSON.stringify(document), type: text ? "application/yaml" : "application/json", ifMatch: base,
    });
  },
  /** Replays the last weeks through a document; giving up ends it on the server, too. */
  whatIf(document: Routing | string, signal: AbortSignal): Promise<Trial> {
    const text = typeof document === "string";
    return json<Trial>("routing/whatif", { method: "POST", body: text ? document : JSON.stringify(document), type: text ? "application/yaml" : "application/json", signal });
  },
  /** A week of the plan in force, or of a draft. */
  shifts(date: string, draft: Routing | null): Promise<ShiftPlan> {
    const query = date ? `?date=${date}` : "";
    return json<ShiftPlan>(`shifts${query}`, draft ? sending("POST", draft) : {});
  },
  /** A week of the hours in force, or of a draft. */
  async hours(date: string, draft: Routing | null): Promise<HoursDays[]> {
    return (await json<{ hours: HoursDays[] }>(`hours/preview${date ? `?date=${date}` : ""}`, draft ? sending("POST", draft) : {})).hours;
  },
  rollback: (revision: number, base: number) => json<Plan>("routing/rollback", { ...sending("POST", { revision }), ifMatch: base }),

  upload: (name: string, lang: string, file: Blob) => ask(`prompts/${encodeURIComponent(name)}${lang ? `?lang=${lang}` : ""}`, { method: "PUT", body: file, type: "audio/wav" }),
  deletePrompt: (name: string, lang: string) => ask(`prompts/${encodeURIComponent(name)}${lang ? `?lang=${lang}` : ""}`, { method: "DELETE" }),
  addUser: (u: { name: string; role: string; password: string }) => ask("users", sending("POST", u)),
  changeUser: (name: string, change: { role?: string; disabled?: boolean; password?: string }) =>
    ask(`users/${encodeURIComponent(name)}`, sending("PATCH", change)),
  signOut: () => ask("session", { method: "DELETE" }),
  signIn: (username: string, password: string) => ask("session", sending("POST", { username, password })),
};

function revisionOf(r: Response): number {
  return Number((r.headers.get("ETag") ?? "0").replaceAll(/[^0-9]/g, ""));
}
