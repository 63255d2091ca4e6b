// What the parts of the volunteer's screen may do. Parts get a snapshot and
// this; they keep nothing themselves.

import type { Words } from "../i18n";
import type { CutPlan, Device, Mode, SafetyNote, SilentQuestion, TalkSafe, Target, Wish } from "../messages";
import type { Action } from "../keys";
import type { Snapshot } from "../store";

export interface App {
  startShift(): void;
  endShift(): void;
  ready(): void;
  openPause(): void;
  pause(reason: string): void;
  answer(): void;
  decline(): void;
  hangUp(): void;
  toggleHold(): void;
  toggleMute(): void;
  sendKey(key: string): void;
  openKeypad(): void;
  openDial(): void;
  openTransfer(): void;
  type(number: string): void;
  dial(): void;
  transfer(to: Target): void;
  consult(to: Target): void;
  readIt(): void;
  completeConsult(): void;
  backFromConsult(): void;
  mergeConsult(): void;
  supervise(contact: string, mode: Mode): void;
  leaveRoom(): void;
  sos(on: boolean): void;
  answerSos(contact: string): void;
  ringOn(device: Device): void;
  toggleSilent(): void;
  askSilent(question: SilentQuestion): void;
  endAbuse(): void;
  rest(): void;
  block(reason: string): void;
  debrief(on: boolean): void;
  debriefHeld(agent: string): void;
  talkSafety(answer: TalkSafe): void;
  promise(on: boolean): void;
  agreeCut(plan: CutPlan): void;
  noteSafety(note: SafetyNote): void;
  otherPerson(): void;
  hangUpNow(): void;
  wish(what: Wish): void;
  listen(message: string): void;
  markMessage(message: string, state: "open" | "taken" | "done"): void;
  write(note: string): void;
  keepNote(): void;
  dropNote(contact: string): void;
  showDay(open: boolean): void;
  reloadDay(): void;
  extend(): void;
  choose(disposition: string): void;
  finishWrapUp(): void;
  retrySound(): void;
  repairSound(): void;
  chooseDevice(kind: "mic" | "speaker" | "ringer" | "line", id: string): void;
  testRing(): void;
  hearMyself(): void;
  answerCheck(what: "alone" | "ring" | "self", yes: boolean): void;
  checkAgain(): void;
  pickOutput(kind: "speaker" | "ringer"): void;
  askNotifications(): void;
  useHere(): void;
  openShortcuts(): void;
  useShortcuts(on: boolean): void;
  changeKey(what: Action | ""): void;
  useKey(what: Action, name: string): void;
  usualKeys(): void;
  closeDialog(): void;
  switchLang(): void | Promise<void>;
  lock(): void;
  unlock(password: string): void;
  signOut(): void;
  micLevel(): number;
}

/** The key that presses a button, for its hint; none while the keys are off. */
export function key(s: Snapshot, what: Action): string | undefined {
  return s.shortcutsOn ? s.keys[what] : undefined;
}

/** What a part draws from. */
export interface Scene {
  s: Snapshot;
  w: Words;
  app: App;
  later?: Later; // until it is here, its parts are not drawn
}

/** What later.ts has. */
export type Later = typeof import("./later");
