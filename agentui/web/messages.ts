// The words of the live protocol, as docs/protocol.md and agentui/messages.go
// have them. Times are RFC 3339 text; only clock.ts turns them into numbers.

export type AgentState =
  | "offline" | "checking" | "ready" | "offered" | "talking" | "held"
  | "wrapup" | "paused" | "not_responding" | "media_fault" | "reconnecting" | "assisting";

export interface AgentView {
  state: AgentState;
  since: string;
  reason?: string;
  until?: string;
  next?: AgentState | "";
  offer?: OfferView;
  call?: CallView;
  wrapup?: WrapUpView;
  queues: QueueView[] | null;
  device?: Device;
  devices?: Device[] | null;
  may_dial?: boolean;
  callbacks?: CallbackView[] | null;
  floor?: FloorView; // of a supervisor on shift
  debrief?: "offered" | "asked"; // somebody to talk to
  shift?: ShiftView;
}

/** Her shifts of the next seven days. */
export interface MyShifts { time_zone: string; shifts: PlannedShift[] }
export interface PlannedShift { from: string; to: string; queues: string[]; label?: string }

/** The shift of the plan that runs, or that begins soon. */
export interface ShiftView { from: string; to: string; now: boolean; ending?: boolean }

/** A call-back: her place in the queue, without her number. */
export interface CallbackView {
  id: string; queue: string; label: string; state: "waiting" | "offered" | "calling" | "parked"; reason?: string; queued: string; due?: string;
  expires: string; place?: number; attempts: number; most: number; by?: string; agent?: string; safe: Safe; until?: string; windows?: SafeWindow[]; zone?: string;
}

/** What she said about being called; empty is unknown, and that is no. */
export type Safe = "" | "yes" | "no";

export interface SafeWindow { days: string[]; from: string; to: string }

/** What a volunteer notes of it. */
export interface SafetyNote { may_call: Safe; windows?: SafeWindow[]; zone?: string; until?: string }

/** What is known about calling her again. */
/** What happens if the call breaks off. */
export type CutPlan = "we_call" | "she_calls" | "nothing" | "";
export interface BackView { promised: boolean; answered?: Safe; safe?: Safe; until?: string; if_cut?: CutPlan }

/** What is known of a caller's safety before her call is answered. */
export type SafetyMark = "unsafe_to_call" | "promised_callback" | "cut_off_before";

/** Whether she can talk safely now; unknown: it could not be asked. */
export type TalkSafe = "yes" | "no" | "unknown";
export interface TalkSafetyView { answer?: TalkSafe; at?: string; needed?: boolean }

/** What rings for her and carries her voice. */
export type Device = "browser" | "phone" | "mobile";

export interface OfferView {
  id: number;
  contact: string;
  queue: string;
  label: string;
  caller: string;
  waiting_since: string;
  expires: string;
  given_by?: string;
  back?: boolean; // she gave this caller away, and nobody took her
  consult?: boolean; // she is only asked; the caller stays with given_by
  callback?: CallbackView; // nobody is on the line; accepted, she is called
  before?: number; // how often she called in the last 30 days
  safety?: SafetyMark[] | null; // as far as the queue lets it be shown
  danger?: boolean; // what the caller said by keys
  language?: string;
  topic?: string;
}

export interface CallView {
  contact: string;
  queue: string;
  label: string;
  caller: string;
  wait_ms: number;
  connecting: boolean;
  started: string;
  held: boolean;
  muted: boolean;
  keys: string;
  silent?: Silent; // she cannot speak
  callback?: string; // this call is an attempt of it
  listening?: boolean; // it was answered; she is not heard until mute is taken off
  back?: BackView; // absent: her number is withheld
  talk_safety?: TalkSafetyView;
  block?: "may" | "held"; // she can be blocked, or is
  direction?: "in" | "out";
  stage?: "dialling" | "ringing" | "";
  role?: "consulted" | "third" | "supervisor"; // absent: the caller is hers
  mode?: Mode; // of a supervisor
  agent?: string; // whose caller it is
  away?: boolean; // her path broke: she has a moment to come back
  third?: ThirdView;
  watched?: WatchView[] | null;
  sos?: SosView;
  danger?: boolean;
  language?: string;
  topic?: string;
}

/** How far a supervisor takes part. */
export type Mode = "listen" | "whisper" | "barge" | "take_over";

/** What a supervisor tells all; an empty text ends it. */
export interface Announcement { text: string; by: string; at: string }

/** Who is asked, or talks with the two. */
export interface ThirdView { name: string; kind: "agent" | "queue" | "number"; stage: "ringing" | "consult" | "joined"; since: string; may_complete: boolean; muted?: boolean }

/** A supervisor who takes part. */
export interface WatchView { name: string; mode: Mode; here: boolean; since: string }

/** A volunteer's call for help. */
export interface SosView { contact: string; name: string; label: string; raised: string; called: string[]; next?: string; answered?: string; you?: boolean }

/** What a supervisor sees of others' talks. */
export interface FloorView { talks: TalkView[]; sos: SosView[]; may: boolean; debriefs?: { agent: string; name: string; since: string }[] | null }

export interface TalkView { contact: string; name: string; queue: string; label: string; started: string; held?: boolean; third?: boolean; watched?: WatchView[] | null; may?: string }

/** What a caller who cannot speak can be asked; own is asked by voice. */
export const silentQuestions = ["danger", "near", "hurt", "police", "stay", "own"] as const;
export type SilentQuestion = (typeof silentQuestions)[number];

/** What was asked of her, and what she answered. */
export interface Silent {
  question: SilentQuestion;
  asked: string;
  answers: { question: SilentQuestion; answer: "yes" | "no"; at: string }[];
}

/** Why a caller is blocked. */
export const blockReasons = ["prank", "abusive", "sexual", "threat", "other"] as const;

export interface WrapUpView {
  contact: string;
  label: string;
  talk_ms: number;
  until: string;
  ended_by: "caller" | "agent" | "system" | "network";
  talk_safety?: TalkSafetyView;
  block?: "may" | "held";
  rest?: boolean; // one is offered
  follows?: "decompression" | "load_break"; // a rest that comes by itself
  disposition?: string; // chosen so far
  back?: BackView;
  extendable?: boolean;
  open?: boolean; // it ends when she says so
}

export interface QueueView {
  queue: string;
  label: string;
  waiting: number;
  oldest?: string;
  ready: number;
  talking: number;
  callbacks?: number; // that are due
  closed?: string; // why it takes no callers now
}

/** A choice an admin configured, with its words in both languages. */
export interface Choice {
  code: string;
  label: { en: string; id: string };
}

export type NoticeCode =
  | "answered_elsewhere" | "caller_left" | "offer_missed" | "offer_withdrawn"
  | "call_ended" | "key_heard" | "removed_by_admin" | "connect_trouble" | "unknown_disposition"
  | "dial_not_allowed" | "dial_invalid" | "dial_busy" | "dial_limit" | "dial_not_now"
  | "busy" | "no_answer" | "rejected" | "unreachable" | "not_found" | "no_trunk"
  | "transfer_unknown" | "transfer_not_allowed" | "transfer_not_now" | "transfer_waiting" | "transfer_failed"
  | "device_failed" | "device_not_now" | "wish_kept" | "wish_unknown"
  | "safety_unknown" | "safety_no" | "safety_expired" | "safety_window" | "callback_unknown" | "safety_missing" | "talk_safety_missing" | "voicemail"
  | "consult_not_now" | "consult_nobody" | "consult_failed" | "third_left" | "supervise_not_allowed" | "supervise_not_now" | "supervise_unseen"
  | "supervisor_came" | "supervisor_went" | "taken_over" | "sos_coming" | "sos_nobody"
  | "shift_soon" | "shift_begins" | "shift_ending" | "shift_over"
  | "silent_answered" | "block_kept" | "block_unknown" | "block_failed";

export interface Notice {
  code: NoticeCode;
  contact?: string;
  offer?: number;
  key?: string;
  agent?: string;
}

export type PathState = "connecting" | "connected" | "lost";

/** One direction of one leg of a talk, as the server judges it. */
export interface Way { grade: "good" | "fair" | "poor"; loss: number; jitter_ms: number }

/** How a talk sounds; absent: nobody knows. */
export interface TalkQuality { you_in?: Way; you_out?: Way; caller_in?: Way; caller_out?: Way; rtt_ms: number }

/** What the server says. */
export type ServerMessage =
  | {
      type: "welcome"; version: number; agent: string; name: string; now: string; zone?: string;
      dispositions: Choice[] | null; pause_reasons: Choice[] | null; epoch: number;
      locked?: boolean; lock_after_s?: number;
    }
  | { type: "elsewhere" }
  | { type: "replaced" }
  | { type: "state"; now: string; view: AgentView }
  | { type: "notice"; notice: Notice }
  | { type: "media.answer"; sdp: string }
  | { type: "media.state"; state: PathState }
  | { type: "check.result"; packets: number; level_db: number }
  | { type: "echo.result"; packets: number; lost: number; level_db: number; jitter_ms: number }
  | ({ type: "quality"; contact: string } & TalkQuality)
  | { type: "error"; code: string; for?: string }
  | { type: "pong"; t: number }
  | { type: "draining" }
  | { type: "locked"; on: boolean }
  | ({ type: "announcement" } & Announcement);

/** What the page asks for. */
export type ClientMessage =
  | { type: "hello"; versions: number[]; takeover: boolean }
  | { type: "takeover" }
  | { type: "shift.start" }
  | { type: "shift.end" }
  | { type: "media.offer"; sdp: string }
  | { type: "check" }
  | { type: "echo" }
  | { type: "check.passed"; heard_packets: number; mic_level_db: number }
  | { type: "ready" }
  | { type: "pause"; reason: string }
  | { type: "accept"; offer: number }
  | { type: "decline"; offer: number }
  | { type: "hold"; contact: string }
  | { type: "resume"; contact: string }
  | { type: "mute"; contact: string; on: boolean }
  | { type: "keys"; contact: string; keys: string }
  | { type: "hangup"; contact: string }
  | { type: "device"; device: Device }
  | { type: "dial"; number: string }
  | { type: "transfer"; contact: string; to: Target }
  | { type: "consult"; contact: string; to: Target }
  | { type: "consult.complete" | "consult.back" | "consult.merge"; contact: string }
  | { type: "supervise"; contact: string; mode: Mode }
  | { type: "supervise.end" | "sos.answer"; contact: string }
  | { type: "sos"; contact: string; on: boolean }
  | { type: "debrief"; on: boolean }
  | { type: "debrief.held"; agent: string }
  | { type: "talk.safety"; contact: string; answer: TalkSafe }
  | { type: "callback.promise"; contact: string; on: boolean }
  | { type: "callback.cut"; contact: string; plan: CutPlan }
  | ({ type: "safety"; contact: string } & SafetyNote)
  | { type: "callback.other"; contact: string }
  | { type: "silent.ask"; contact: string; question: SilentQuestion }
  | { type: "silent.end"; contact: string }
  | { type: "abuse.end"; contact: string }
  | { type: "rest"; contact: string }
  | { type: "block"; contact: string; reason: string }
  | { type: "wish"; contact: string; what: Wish; on: boolean }
  | { type: "wrapup.choose"; contact: string; disposition: string }
  | { type: "wrapup.extend"; contact: string }
  | { type: "wrapup.finish"; contact: string; disposition: string }
  | { type: "stats"; rtt_ms: number; jitter_ms: number; loss: number; concealed: number }
  | { type: "ping"; t: number };

/** Her own day; of /api/v1/me/day. */
export interface MyDay {
  from: string;
  calls: DayCall[];
  pauses: DayPause[];
  sums: { calls: number; talk_ms: number; wrapup_ms: number; ready_ms: number; paused_ms: number; shift_ms: number };
}

export interface DayCall { contact: string; at: string; queue: string; direction: "in" | "out"; caller: string; talk_ms: number; running?: boolean; disposition?: string }

export interface DayPause { at: string; reason?: string; ms: number; running?: boolean }

/** A message a caller left; of /api/v1/messages. */
export interface VoiceMessage {
  id: string; at: string; queue: string; number: string; ms: number; cut?: boolean; state: "open" | "taken" | "done"; by?: string; since: string;
}

/** What the caller would like the next time: the same volunteer, or another. */
export type Wish = "same" | "never";

/** Where a contact goes; exactly one is set. */
export interface Target {
  queue?: string;
  agent?: string;
  number?: string;
}

/** Whom a contact can be given to now; the answer of /api/v1/targets. */
export interface Targets {
  queues: { queue: string; label: string }[];
  agents: { agent: string; name: string; state: AgentState }[];
  numbers: boolean;
}

/** The name of a request, as errors and the screen's "asked, not yet answered" marks use it. */
export type Ask = ClientMessage["type"];
