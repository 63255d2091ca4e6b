// The one store: an immutable snapshot of what the server said, what was asked
// of it and not yet answered, and how the link and the sound are. Everything
// on the screen is a function of it. fold is pure; Store only keeps the latest.

import { at, type Lang } from "./format";
import type { DayShown } from "./myday";
import type { UnlockTrouble } from "./lock";
import type { NotePage } from "./notebook";
import { usualKeys, type Action, type Keys } from "./keys";
import { noProof, type Proof } from "./soundcheck";
import type { Announcement, AgentView, Ask, Choice, MyShifts, Notice, NoticeCode, ServerMessage, TalkQuality, Targets, VoiceMessage, Wish } from "./messages";

/** How the page's wire to the server is. */
export type Link =
  | "connecting" // the first time
  | "live"
  | "retrying" // was live, trying again
  | "elsewhere" // another tab has the shift
  | "replaced" // another tab took it just now
  | "signed_out"
  | "outdated"; // the server speaks no version this page knows

/** Why the sound does not work, each with its own words and remedy. */
export type SoundFault =
  | "insecure" // not https: the browser gives no microphone
  | "denied" | "no_mic" | "mic_busy" | "mic_lost"
  | "no_path" // no connection for sound to the server
  | "not_heard" // the server's chime did not arrive
  | "mic_unsent" // the server received nothing from the microphone
  | "mic_silent" // the microphone gives silence
  | "blocked"; // the browser does not let the page play sound before a click

/** Steps of the check at the start of a shift, in order. */
export type CheckStep = "microphone" | "path" | "hearing" | "voice";
export const checkSteps: readonly CheckStep[] = ["microphone", "path", "hearing", "voice"];

/** How good the call sounds. */
export type Quality = "good" | "fair" | "poor";

/** Numbers behind the quality, for the details. */
export interface Figures {
  rtt_ms: number;
  jitter_ms: number;
  loss: number; // 0..1 over the last seconds
  concealed: number; // 0..1
}

/** What she says of her line: nothing, then it is measured; slow: Opus; fast: never Opus. */
export type LineChoice = "" | "slow" | "fast";

/** The sound's part of the snapshot; media.ts owns it. */
export interface Sound {
  phase: "off" | "asking" | "connecting" | "parked" | "live" | "restarting" | "failed";
  fault: SoundFault | null;
  step: CheckStep | null; // the running step of the check
  quality: Quality | null;
  figures: Figures | null;
  devices: { mics: Device[]; speakers: Device[] };
  mic: string; // chosen device ids, "" is the browser's default
  speaker: string;
  ringer: string;
  line: LineChoice;
  slow: boolean; // her line was measured, and carries no call of G.711
  opus: boolean; // is spoken now
  canChooseSpeaker: boolean;
  way: "" | "udp" | "tcp"; // how the sound goes; empty: not known yet
  wayMs: number; // there and back, when that was looked at
  systemMuted: boolean; // by a switch on the headset or by the operating system
}

/** One device to choose. */
export interface Device {
  id: string;
  label: string;
}

/** A line told to the volunteer that is not a state. */
export interface Told {
  key: number;
  at: number;
  notice: Notice | { code: "error"; error: string; for: string } | { code: "slow"; for: string };
}

/** Everything the screen shows. */
export interface Snapshot {
  readonly lang: Lang;
  readonly link: Link;
  readonly linkSince: number;
  readonly offset: number; // server's clock minus ours, ms
  readonly agent: string;
  readonly name: string;
  readonly role: string;
  readonly epoch: number;
  readonly view: AgentView | null;
  readonly dispositions: readonly Choice[];
  readonly pauseReasons: readonly Choice[];
  readonly draining: boolean;
  readonly announcement: Announcement | null;
  readonly mutedHere: boolean; // she pressed Mute and the server has not said so yet: her microphone does not wait for it
  readonly speaksMuted: boolean; // and nobody hears her
  readonly asked: Readonly<Partial<Record<Ask, number>>>; // when it was clicked
  readonly told: readonly Told[];
  readonly keysSent: string;
  readonly disposition: string; // chosen in the form, not yet sent
  readonly messages: readonly VoiceMessage[]; // of her queues
  readonly playing: string; // the message that is listened to
  readonly note: NotePage | null; // of the contact she has
  readonly notesLeft: readonly NotePage[]; // of earlier ones, not kept yet
  readonly shifts: MyShifts | null; // of the plan
  readonly day: DayShown;
  readonly wish: Wish | ""; // of the caller, as the server keeps it
  readonly contact: string; // the contact keysSent and disposition belong to
  readonly dialog: "" | "pause" | "keypad" | "dial" | "transfer" | "shortcuts"; // the open one
  readonly number: string; // typed to be dialled, or to transfer to
  readonly targets: Targets | "loading" | "failed"; // of the open transfer dialog
  readonly silentOpen: boolean; // the questions to a caller who cannot speak
  readonly hangUpArmed: number; // when F9 was pressed once
  readonly locked: boolean; // nothing but the lock is drawn
  readonly unlocking: boolean;
  readonly unlockTrouble: UnlockTrouble;
  readonly shortcutsOn: boolean;
  readonly keys: Keys; // which key does what
  readonly rebinding: Action | ""; // the next press is its new key
  readonly keyTrouble: "" | "reserved" | Action; // why a press was not taken: that action has it
  readonly digit: string; // of two, while the second is to come
  readonly notify: NotificationPermission | "unsupported";
  readonly sound: Sound;
  readonly talk: TalkQuality | null; // what the server's legs say of the talk that runs
  readonly proof: Proof; // what she found out before Ready
  readonly ringLocked: boolean; // the browser would keep a ring silent
}

/** Whether sound runs here: on a phone or a mobile the page has none. */
export function soundHere(view: AgentView | null): boolean {
  return (view?.device ?? "browser") === "browser";
}

/** Whether nobody hears her by her own choice. */
export function muted(s: Snapshot): boolean {
  return s.mutedHere || !!s.view?.call?.muted;
}

/** Whether a click on ask waits for its answer. */
export function waits(s: Snapshot, ask: Ask): boolean {
  return s.asked[ask] !== undefined;
}

/**
 * For a box or a choice: while its last press waits for an answer the next one does
 * nothing. It is not disabled meanwhile, for that would take the focus away.
 */
export function patience(s: Snapshot, ask: Ask): (e: Event) => void {
  return (e) => waits(s, ask) && e.preventDefault();
}

export const noSound: Sound = {
  phase: "off", fault: null, step: null, quality: null, figures: null,
  devices: { mics: [], speakers: [] }, mic: "", speaker: "", ringer: "", line: "", slow: false, opus: false, canChooseSpeaker: false, way: "", wayMs: 0,
  systemMuted: false,
};

/** A snapshot before anything happened. */
export function blank(lang: Lang): Snapshot {
  return {
    lang, link: "connecting", linkSince: 0, offset: 0, agent: "", name: "", role: "volunteer", epoch: 0, view: null,
    dispositions: [], pauseReasons: [], draining: false, announcement: null, mutedHere: false, speaksMuted: false, asked: {}, told: [], keysSent: "", disposition: "", wish: "", messages: [], playing: "",
    note: null, notesLeft: [], day: "closed", shifts: null,
    contact: "", dialog: "", number: "", targets: "loading", silentOpen: false, hangUpArmed: 0, locked: false, unlocking: false, unlockTrouble: "", shortcutsOn: true, keys: usualKeys, rebinding: "", keyTrouble: "", digit: "", notify: "default", sound: noSound, talk: null, proof: noProof, ringLocked: false,
  };
}

/** How long a click may stay unanswered before the screen says so. */
export const SLOW_MS = 4000;

/** How long a told line stays on the screen. */
export const TOLD_MS = 12000;

/** The snapshot after the server said m at our time now. */
export function fold(s: Snapshot, m: ServerMessage, now: number): Snapshot {
  switch (m.type) {
    case "welcome":
      return {
        ...s, link: "live", linkSince: now, agent: m.agent, name: m.name, epoch: m.epoch, offset: at(m.now) - now,
        dispositions: m.dispositions ?? [], pauseReasons: m.pause_reasons ?? [], draining: false, announcement: null, asked: {}, locked: !!m.locked,
      };
    case "elsewhere":
      return { ...s, link: "elsewhere", linkSince: now, asked: {} };
    case "replaced":
      return { ...s, link: "replaced", linkSince: now, view: null, mutedHere: false, asked: {} };
    case "state":
      return foldState(s, m.view, at(m.now) - now);
    case "notice":
      if (m.notice.code === "key_heard" || m.notice.code === "silent_answered") return s; // the state shows them
      return foldNotice(s, m.notice, now);
    case "error":
      return foldError(s, m.code, m.for ?? "", now);
    case "quality":
      return m.contact === s.view?.call?.contact && !s.view.call.held ? { ...s, talk: m } : s;
    case "locked":
      return { ...s, locked: m.on, dialog: m.on ? "" : s.dialog, told: m.on ? [] : s.told };
    case "draining":
      return { ...s, draining: true };
    case "announcement":
      return { ...s, announcement: m.text ? { text: m.text, by: m.by, at: m.at } : null };
    default:
      return s;
  }
}

// The requests that a notice, not a state, refuses.
const refusals: [prefix: string, ask: Ask][] = [["dial_", "dial"], ["transfer_", "transfer"], ["device_", "device"], ["safety_missing", "wrapup.finish"], ["talk_safety_missing", "wrapup.finish"], ["safety_", "dial"], ["callback_unknown", "callback.promise"], ["callback_unknown", "safety"], ["block_", "block"]];

// foldNotice tells it, and takes it as the answer to the click it refuses.
function foldNotice(s: Snapshot, n: Notice, now: number): Snapshot {
  if (n.code === "wish_kept" || n.code === "wish_unknown") return foldWish(s, n, now);
  const asked = { ...s.asked };
  for (const [prefix, ask] of refusals) if (n.code.startsWith(prefix)) delete asked[ask];
  // A number that was refused may have a slip in it: she sees it again.
  const redial: NoticeCode[] = ["dial_invalid", "dial_not_allowed"];
  const again = redial.includes(n.code) && s.asked.dial !== undefined && !s.view?.offer && !s.view?.call;
  return tell({ ...s, asked, dialog: again ? "dial" : s.dialog }, n, now);
}

// foldWish keeps what the server keeps: "same:on", "never:off".
function foldWish(s: Snapshot, n: Notice, now: number): Snapshot {
  const asked = { ...s.asked };
  delete asked.wish;
  const [what, on] = (n.key ?? "").split(":");
  if (n.code === "wish_unknown") return tell({ ...s, asked }, n, now);
  return { ...s, asked, wish: on === "on" ? (what as Wish) : s.wish === what ? "" : s.wish };
}

// foldState takes the server's view as it is. What was typed for one contact is
// dropped when another comes, so that nothing is ever sent for the wrong one.
function foldState(s: Snapshot, view: AgentView, offset: number): Snapshot {
  const contact = view.call?.contact ?? view.wrapup?.contact ?? "";
  const same = contact !== "" && contact === s.contact;
  return {
    ...s, view, offset, contact,
    asked: answered(s, view),
    keysSent: same ? s.keysSent : "",
    disposition: same && s.disposition ? s.disposition : view.wrapup?.disposition ?? "",
    wish: same ? s.wish : "",
    talk: same && view.call && !view.call.held ? s.talk : null,
    silentOpen: same && !!view.call && s.silentOpen,
    mutedHere: same && s.mutedHere && !!view.call && !view.call.muted,
    dialog: keepDialog(s, view, same) ? s.dialog : "",
    hangUpArmed: same ? s.hangUpArmed : 0,
    ...(view.offer && view.offer.id !== s.view?.offer?.id ? { rebinding: "" as const } : {}), // its keys are keys again
  };
}

// keepDialog: nothing may lie over the Answer button of a new offer, and a
// keypad belongs to its call.
function keepDialog(s: Snapshot, view: AgentView, sameContact: boolean): boolean {
  if (view.offer && view.offer.id !== s.view?.offer?.id) return false;
  if (s.dialog === "keypad") return sameContact && !!view.call;
  if (s.dialog === "transfer") return sameContact && !!view.call && !view.call.connecting;
  if (s.dialog === "dial") return !view.call && (view.state === "ready" || view.state === "paused");
  if (s.dialog === "pause") return view.state !== "offline";
  return true;
}

// answered keeps the clicks the new view is not yet an answer to. What others do
// changes a view too (a queue's numbers, a caller's keys); that answers nothing.
function answered(s: Snapshot, next: AgentView): Snapshot["asked"] {
  if (!s.view || hers(s.view) !== hers(next)) return {};
  const left = { ...s.asked };
  delete left.keys; // keys have no state of their own; any answer will do
  return left;
}

// hers is the part of a view that her own requests change, whatever will be added
// to it.
function hers(view: AgentView): string {
  const { queues, callbacks, floor, shift, devices, may_dial, ...own } = view;
  return JSON.stringify({ ...own, next: own.next || undefined, call: own.call && { ...own.call, keys: undefined } });
}

function foldError(s: Snapshot, error: string, asked: string, now: number): Snapshot {
  const left = { ...s.asked };
  delete left[asked as Ask];
  return tell({ ...s, asked: left }, { code: "error", error, for: asked }, now);
}

/** The snapshot with one more line told; the same line is not told twice in a row. */
export function tell(s: Snapshot, notice: Told["notice"], now: number): Snapshot {
  const words = (n: Told["notice"]) => JSON.stringify({ ...n, for: undefined }); // whatever it answers
  const again = notice.code === "offer_missed"; // each was another call; to read it once is enough
  const fresh = s.told.filter((t) => now - t.at < TOLD_MS && (again ? t.notice.code !== notice.code : words(t.notice) !== words(notice)));
  const key = (s.told.at(-1)?.key ?? 0) + 1;
  return { ...s, told: [...fresh, { key, at: now, notice }].slice(-3) };
}

/** The snapshot as time passes: old lines go, unanswered clicks are admitted. */
export function age(s: Snapshot, now: number): Snapshot {
  let out = s;
  if (s.told.some((t) => now - t.at >= TOLD_MS)) {
    out = { ...out, told: s.told.filter((t) => now - t.at < TOLD_MS) };
  }
  for (const [ask, since] of Object.entries(s.asked) as [Ask, number][]) {
    if (now - since < SLOW_MS) continue;
    const left = { ...out.asked };
    delete left[ask];
    out = { ...out, asked: left };
    if (s.link === "live") out = tell(out, { code: "slow", for: ask }, now);
  }
  if (s.hangUpArmed && now - s.hangUpArmed > 2000) out = { ...out, hangUpArmed: 0 };
  return out;
}

/** Keeps the latest snapshot and tells the listeners, at most once a microtask. */
export class Store {
  private listeners = new Set<(s: Snapshot) => void>();
  private queued = false;

  constructor(private current: Snapshot) {}

  get now(): Snapshot {
    return this.current;
  }

  set(change: (s: Snapshot) => Snapshot): void {
    const next = change(this.current);
    if (next === this.current) return;
    this.current = next;
    if (this.queued) return;
    this.queued = true;
    queueMicrotask(() => {
      this.queued = false;
      for (const l of this.listeners) l(this.current);
    });
  }

  patch(part: Partial<Snapshot>): void {
    this.set((s) => ({ ...s, ...part }));
  }

  subscribe(l: (s: Snapshot) => void): void {
    this.listeners.add(l);
  }
}
