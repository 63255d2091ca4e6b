// English, and by its type the list of all words. Sentences speak to a tired
// person: what is, then what to do.

import type { AgentState, NoticeCode } from "../messages";
import type { CheckStep, Quality, SoundFault } from "../store";

const plural = new Intl.PluralRules("en");
const many = (n: number, one: string, other: string) => `${n} ${plural.select(n) === "one" ? one : other}`;

export const en = {
  // ---- everywhere
  product: "Sahut",
  skip: "Skip to the call",
  otherLanguage: "Bahasa Indonesia",
  signOut: "Sign out",
  signOutFirst: "End your shift first.",
  admin: "Administration",
  volunteerScreen: "Volunteer screen",
  close: "Close",
  cancel: "Cancel",
  tryAgain: "Try again",
  yes: "yes",
  no: "no",
  loading: "Loading…",

  // ---- the volunteer's state, in the header
  state: {
    offline: "Off shift",
    checking: "Checking sound",
    ready: "Ready for calls",
    offered: "Incoming call",
    talking: "On a call",
    held: "Caller on hold",
    wrapup: "Wrap-up",
    paused: "Paused",
    not_responding: "Calls stopped",
    media_fault: "Sound is down",
    reconnecting: "Reconnecting",
  } satisfies Record<AgentState, string> as Record<AgentState, string>,
  stateLogin: "On shift, not ready yet",
  linkNames: { connecting: "Connecting…", live: "Connected", retrying: "No connection", elsewhere: "Open in another tab", replaced: "Open in another tab", signed_out: "Signed out", outdated: "Out of date" },
  quality: { good: "sound good", fair: "sound uneven", poor: "sound poor" } satisfies Record<Quality, string> as Record<Quality, string>,
  qualityAdvice: {
    good: "",
    fair: "The line stutters now and then. If you can, move closer to the Wi-Fi or use a cable.",
    poor: "The caller may hear you break up. Speak slowly; press Repair sound if it stays.",
  } satisfies Record<Quality, string> as Record<Quality, string>,

  // ---- controls (names are relied on; see the contract)
  startShift: "Start shift",
  endShift: "End shift",
  ready: "Ready",
  pause: "Pause",
  answer: "Answer",
  decline: "Decline",
  hangUp: "Hang up",
  hold: "Hold",
  resume: "Resume",
  mute: "Mute",
  unmute: "Unmute",
  keypad: "Keypad",
  transfer: "Transfer",
  finishWrapUp: "Finish wrap-up",
  extend: "More time",
  repairSound: "Repair sound",

  // ---- off shift
  hello: (hour: number, name: string) => `${hour < 4 || hour >= 18 ? "Good evening" : hour < 11 ? "Good morning" : "Good day"}, ${name}`,
  offShift: "You are off shift. Nothing rings here.",
  startHint: "First your microphone and sound are checked. It takes a few seconds; have your headset ready.",

  // ---- check
  checkTitle: "Checking your sound",
  checkLead: "Only you hear this. No caller is connected.",
  steps: {
  microphone: "Microphone",
    path: "Connection to Sahut",
    hearing: "Your ears: two notes are played to you",
    voice: "Your voice: say a few words",
  } satisfies Record<CheckStep, string> as Record<CheckStep, string>,
  stepState: { wait: "waiting", run: "checking", done: "works", fail: "does not work" },
  askMic: "Your browser asks whether Sahut may use the microphone. Choose Allow.",
  speakNow: "Please say a few words, for example: “Hello, this is the hotline.”",
  micLevel: "Microphone level",
  levelWords: { silent: "silent", quiet: "quiet", good: "good", loud: "very loud" },
  checkWaits: "Almost there. Waiting for the server to confirm.",

  // ---- faults: what is wrong, then what to do
  faults: {
    insecure: ["The browser gives no microphone to this address.", "Open Sahut through https:// (or localhost), as your coordinator sent it."],
    denied: ["The browser does not let Sahut use the microphone.", "Click the icon left of the address, allow the microphone, then try again."],
    no_mic: ["No microphone was found.", "Plug in your headset or microphone, then try again."],
    mic_busy: ["The microphone could not be opened.", "Close other programs that use it (video calls, recorders), then try again."],
    mic_lost: ["Your microphone is gone.", "Plug the headset in again or choose another microphone, then try again."],
    no_path: ["Sound cannot reach Sahut from this network.", "Check the internet connection. Switch off a VPN or try another network, then try again."],
    not_heard: ["The test notes did not arrive here.", "Check the internet connection, then try again."],
    mic_unsent: ["Nothing from your microphone reached Sahut.", "Switch off a VPN or try another network, then try again."],
    mic_silent: ["Your microphone is silent.", "Check the mute switch of the headset and the chosen microphone, then try again."],
    blocked: ["The browser keeps the sound off until you click.", "Press Turn sound on."],
  } satisfies Record<SoundFault, [string, string]> as Record<SoundFault, [string, string]>,
  turnSoundOn: "Turn sound on",
  systemMuted: "Your microphone is muted by the headset or the system. Callers cannot hear you.",

  // ---- on shift
  onShift: "You are on shift",
  onShiftLead: "Everything works. Press Ready when calls may ring here.",
  readyTitle: "Ready. The next call rings here.",
  readyLead: "You can leave this window in the background. Stay near your headset.",
  since: (time: string) => `since ${time}`,
  pausedTitle: "Paused",
  pausedReason: (reason: string) => `Paused: ${reason}`,
  pausedLead: "No call rings here. Take the time you need.",
  pauseQuestion: "Why do you pause?",
  pauseAfter: "It begins after this call.",
  justPause: "Short pause",
  missedTitle: "Calls were not answered here",
  missedLead: "Calls went to other volunteers, and nothing rings here now. Press Ready when you are back.",
  faultTitle: "Your sound is down",
  faultLead: "The last caller could not hear you and went on to another volunteer. Check your headset, then press Ready: your sound is tested first.",

  // ---- offer
  incoming: "Incoming call",
  incomingFor: (queue: string) => `Incoming call: ${queue}`,
  anonymousCaller: "Caller without a number",
  caller: (masked: string) => `Caller ${masked}`,
  waited: (time: string) => `waited ${time}`,
  waitingFor: (time: string) => `waiting for ${time}`,
  nextIn: (time: string) => `Goes to another volunteer in ${time}`,
  nextNow: "Goes to another volunteer now",
  answering: "Connecting you…",
  ringTitle: "☎ Incoming call",
  ringBody: "A call is waiting for you in Sahut.",

  // ---- call
  talkingTo: (queue: string) => `On a call: ${queue}`,
  connecting: "Connecting. The caller still hears music.",
  heldTitle: (queue: string) => `On hold: ${queue}`,
  heldLead: "The caller hears music and cannot hear you.",
  mutedLead: "You are muted. The caller cannot hear you.",
  talkTime: "Talk time",
  keysPressed: "Caller pressed",
  noTransfer: "Calls cannot be transferred yet.",
  hangUpAgain: "Press F9 once more to hang up.",
  soundDetails: "Sound details",
  figures: { rtt_ms: "Delay there and back", jitter_ms: "Jitter", loss: "Packets lost", concealed: "Sound filled in" },
  afterCall: "After this call",
  afterReady: "You will be ready for the next call.",
  afterPaused: "You will be paused.",
  afterOffline: "Your shift will end.",
  stayReady: "Stay ready",

  // ---- keypad
  keypadTitle: "Keypad",
  keypadLead: "Tones go to the caller’s side.",
  keysSent: "Sent",
  star: "star",
  hash: "hash",

  // ---- wrap-up
  callEnded: "The call has ended",
  endedBy: {
    caller: "The caller hung up.", agent: "You hung up.",
    system: "Sahut ended the call.", network: "The line broke off.",
  },
  talkedFor: (time: string) => `You talked for ${time}.`,
  dispositionQuestion: "How did it go?",
  dispositionNone: "Not chosen",
  wrapUpLeft: "Time left",
  wrapUpLead: "Breathe. Nothing rings until you are done.",

  // ---- reconnecting
  reconnectTitle: "Reconnecting…",
  reconnectCall: "The caller stays on the line and hears music. Your call comes back by itself.",
  reconnectIdle: "Nothing rings until the connection is back.",
  reconnectUntil: (time: string) => `Time left: ${time}`,

  // ---- banners
  bannerRetry: "No connection to the server.",
  bannerRetryCall: "No connection to the server. Stay here: a running call is kept and the page keeps trying.",
  bannerRetryIdle: "The page keeps trying by itself.",
  bannerDraining: "The server is about to restart. Running calls go on; no new ones come in.",
  bannerSignedOut: "You are signed out.",
  bannerSignIn: "Sign in again",
  bannerOutdated: "This page is older than the server.",
  reload: "Reload",
  elsewhereTitle: "Sahut is open in another tab",
  elsewhereLead: "Your shift runs there. Only one tab can ring and talk.",
  replacedLead: "Your shift goes on in the other tab.",
  useHere: "Use here instead",
  connectingTitle: "Connecting…",
  slow: "The server has not answered yet.",

  // ---- notices
  notices: {
    answered_elsewhere: (who: string) => who ? `${who} answered the call.` : "Another volunteer answered the call.",
    caller_left: () => "The caller hung up before you were connected.",
    offer_missed: () => "The call was not answered here and went on to another volunteer.",
    offer_withdrawn: () => "The call left the queue.",
    call_ended: () => "The call has ended.",
    key_heard: () => "",
    removed_by_admin: () => "An administrator ended your shift.",
    connect_trouble: () => "Your microphone could not be heard. The caller keeps her place; check your sound.",
  } satisfies Record<NoticeCode, (who: string) => string> as Record<NoticeCode, (who: string) => string>,
  errors: {
    known: {
      not_agent: "You are on no queue’s list of volunteers. Ask an administrator to add you.",
      draining: "The server is about to restart. Please start your shift in a few minutes.",
      media_refused: "The server could not use this browser’s sound.",
      no_path: "The sound’s path is not up yet.",
      mic_silent: "The server heard nothing from your microphone.",
      too_fast: "Too many clicks at once. Please wait a moment.",
      no_wire: "There is no connection to the server right now. Nothing was done.",
    },
    unknown: (code: string) => `The server refused this (${code}).`,
  },

  // ---- side panel
  myQueues: "My queues",
  noQueues: "You are in no queue yet. An administrator adds you.",
  waitingCount: (n: number) => `${n} waiting`,
  nobodyWaits: "nobody waiting",
  oldest: (time: string) => `longest ${time}`,
  readyCount: (n: number) => many(n, "volunteer ready", "volunteers ready"),
  talkingCount: (n: number) => `${n} talking`,
  devices: "Sound and devices",
  microphone: "Microphone",
  chooseDevices: "Choose devices",
  speaker: "Headphones",
  ringer: "Ring on",
  systemDefault: "System default",
  noSpeakerChoice: "This browser plays on the system’s default device.",
  testRing: "Test the ring",
  notifyAsk: "Allow notifications",
  notifyWhy: "So that a call also shows when another window is in front.",
  notifyOn: "Notifications are on.",
  notifyDenied: "Notifications are blocked in the browser.",
  micIdle: "Your microphone is on for the meter only. Nothing is sent between calls.",

  // ---- shortcuts
  shortcuts: "Keyboard shortcuts",
  shortcutsUse: "Use these keys",
  shortcutsHint: "They work while this page is in front. Esc closes a dialog and never ends a call.",
  keysList: {
    answer: "Answer; in wrap-up: finish",
    decline: "Decline",
    mute: "Mute or unmute",
    keypad: "Keypad",
    hold: "Hold or resume",
    transfer: "Transfer",
    hangUp: "Hang up (press twice within 2 seconds)",
    help: "This list",
  },
  signedInAs: (name: string) => `Signed in as ${name}`,
};

/** All the words, in any language. */
export type Words = typeof en;
