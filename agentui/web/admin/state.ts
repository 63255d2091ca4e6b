// All the administration's screen shows, and what it may do.

import type { Lang } from "../format";
import type { Words } from "../i18n";
import type { Named } from "./draft";
import type { Choice } from "./merge";
import type { AdminWords } from "../i18n/admin-en";
import type { CallbackView, SafetyNote } from "../messages";
import type { Refused } from "./api";
import type { Ban, Block, Call, Change, Field, HoursDays, NewBlock, Plan, Problem, Prompt, Revision, Routing, ShiftPlan, Status, Trace, Trial, Trunk, User, WaitingCaller, Why } from "./api";

export const sections = ["calls", "status", "queues", "menus", "hours", "numbers", "volunteers", "shifts", "choices", "outgoing", "rules", "blocks", "callbacks", "prompts", "trunks", "routing", "history"] as const;
export type Section = (typeof sections)[number];

// What tells of callers is for supervisors; the server refuses it to admins.
const ofCallers: Section[] = ["calls", "callbacks"];

/** The sections that somebody of that role sees; the first one opens. */
export function sectionsOf(role: string): Section[] {
  return role === "supervisor" ? [...sections] : sections.filter((n) => !ofCallers.includes(n));
}

/** Somebody was faster. theirs is what counts now; without it the YAML text is edited. */
export interface Conflict extends Revision { theirs?: Routing; choices: Record<string, Choice> }

/** What is asked about an account before it is done. */
export interface Asking { what: "role" | "password" | "disable"; name: string }

export interface State {
  lang: Lang;
  name: string;
  user: string; // the name signed in with
  role: string;
  section: Section;
  busy: string; // the action that is under way
  trouble: string; // one sentence, until the next action
  done: string; // one sentence of success
  undo: Routing | null; // the draft before something was removed from it
  signedOut: "" | "told" | "asked"; // the sign-in ended; asked: for the password
  signInTrouble: string;

  fields: Field[];
  base: Routing | null;
  revision: number;
  draft: Routing | null;
  problems: Problem[];
  ofText: boolean; // the problems are of the YAML text, not of the draft
  review: { plan: Plan; document: Routing | string } | null;
  trial: Trial | "running" | null; // of what is reviewed
  trialTrouble: string;
  conflict: Conflict | null;

  calls: Call[] | null;
  more: boolean;
  filter: { since: string; queue: string; agent: string; outcome: string };
  status: Status | null;
  statusAt: number;
  waiting: WaitingCaller[];
  why: Why | null; // of the caller who is looked at
  closing: string; // the queue whose closing is being asked for
  prompts: Prompt[] | null;
  phone: string; // the prompt that plays as on a telephone
  recording: "on" | { url: string; file: File } | null;
  recordLevel: number;
  trunks: Trunk[] | null;
  bans: Ban[];
  blocks: Block[] | null;
  plan: ShiftPlan | null;
  planTrouble: boolean; // the draft's plan cannot be shown
  hours: HoursDays[] | null;
  hoursTrouble: boolean; // the draft's hours cannot be shown
  callbacks: CallbackView[] | null;
  trace: Trace | null;
  users: User[] | null;
  asking: Asking | null; // what is to be done with an account
  history: Revision[] | null;
  looked: { revision: number; changes: Change[] | null } | null; // of the history
  goBack: { revision: number; changes: Change[] } | null;
  yaml: string | null;
  yamlBase: string; // the text it was made from
  yamlRevision: number;
}

export function blankState(lang: Lang): State {
  return {
    lang, name: "", user: "", role: "", section: "status", busy: "", trouble: "", done: "", undo: null, signedOut: "", signInTrouble: "",
    fields: [], base: null, revision: 0, draft: null, problems: [], ofText: false, review: null, trial: null, trialTrouble: "", conflict: null,
    calls: null, more: false, filter: { since: "24h", queue: "", agent: "", outcome: "" },
    status: null, statusAt: 0, waiting: [], why: null, closing: "", prompts: null, phone: "", recording: null, recordLevel: 0, trunks: null, bans: [], blocks: null, plan: null, planTrouble: false, hours: null, hoursTrouble: false, callbacks: null, trace: null, users: null, asking: null, history: null, looked: null, goBack: null,
    yaml: null, yamlBase: "", yamlRevision: 0,
  };
}

export interface Actions {
  edit(path: string, value: unknown): void;
  /** What names an element by its old name names it by the new one. */
  rename(list: Named, from: string, to: string): void;
  /** Puts one more at the end of a list, and goes to it. */
  grow(path: string, list: readonly unknown[], value: unknown): void;
  /** Takes one out of a list; it can be taken back. */
  shrink(path: string, list: readonly unknown[], i: number): void;
  takeBack(): void;
  /** Goes to the control of a path of the draft, or to a line of the text. */
  show(path: string): void;
  showLine(line: number): void;
  hush(): void;
  discard(): void;
  check(document?: string): void;
  apply(note: string): void;
  closeReview(): void;
  tryOut(): void;
  resolve(keepMine: boolean): void;
  decideLater(): void;
  choose(key: string, choice: Choice): void;
  filter(part: Partial<State["filter"]>): void;
  reload(): void;
  olderCalls(): void;
  unban(host: string): void;
  addBlock(block: NewBlock): Promise<Refused | null>;
  approveBlock(id: string, hours: number): void;
  removeBlock(id: string): void;
  callNow(id: string): void;
  giveUp(id: string): void;
  noteSafety(id: string, note: SafetyNote): void;
  showWeek(by: number): void;
  showHours(by: number): void;
  lookWhy(contact: string): void;
  askClosing(queue: string): void;
  closeQueue(minutes: number, reason: string): void;
  openQueue(queue: string): void;
  startTrace(minutes: number): void;
  stopTrace(): void;
  editYaml(text: string): void;
  revertYaml(): void;
  download(): void;
  look(revision: number): void;
  askBack(revision: number): void;
  goBack(): void;
  closeBack(): void;
  upload(name: string, lang: string, file: File): Promise<Refused | null>;
  deletePrompt(name: string, lang: string): void;
  hear(name: string): void;
  record(): void;
  stopRecording(): void;
  saveRecording(name: string, lang: string): Promise<Refused | null>;
  addUser(name: string, role: string, password: string): Promise<Refused | null>;
  changeUser(name: string, change: { role?: string; disabled?: boolean; password?: string }): Promise<Refused | null>;
  askAccount(asking: Asking | null): void;
  askSignIn(open: boolean): void;
  signInAgain(password: string): void;
  switchLang(): void;
  signOut(): void;
}

/** What a section draws from. */
export interface Scene {
  s: State;
  w: Words;
  a: AdminWords;
  act: Actions;
}

/** Only administrators change things. */
export function mayEdit(s: State): boolean {
  return s.role === "admin";
}
