// The wallboard's page. The picture is the server's, pushed; what is here are
// dialogs and which alarms were told already.

import { render } from "lit";
import { api, Refused } from "./admin/api";
import { alarmsOf, grave, lasting } from "./board/alarms";
import { stayAwake } from "./board/awake";
import { screen } from "./board/screen";
import { blankState, queryToday, type Actions, type Board, type State } from "./board/state";
import { Stream } from "./board/stream";
import { at } from "./format";
import "./i18n/both";
import { chosenLang, useLang, words } from "./i18n";
import { refusal } from "./i18n/problems";
import { adminWords } from "./i18n/admin";
import { boardWords } from "./i18n/board";
import { reportWords } from "./i18n/report";
import { Tour } from "./tour";

let state: State = blankState(chosenLang(), new URLSearchParams(location.search).has("tv"));
let queued = false;

// What was told and put aside outlives a reload of this tab, and nothing longer: whoever
// takes over at this desk is told it all.
const KEEP = "sahut-board-alarms";
const user = document.querySelector<HTMLMetaElement>("meta[name=sahut-user]")?.content ?? "";
function remember(): void {
  sessionStorage.setItem(KEEP, JSON.stringify([state.told, state.seen, user]));
}
{
  const [told, seen, whose] = JSON.parse(sessionStorage.getItem(KEEP) ?? "[[],[]]") as [string[], string[], string?];
  if (whose === user) state = { ...state, told, seen };
}

const tour = new Tour("board", (lang) => {
  const t = boardWords(lang).tour;
  return [{ at: ".fresh", text: t.fresh }, { at: ".figures-big", text: t.figures }, { at: ".people", text: t.people }, { at: "#calls-title", text: t.calls }];
}, (lang) => words(lang).tour);

function set(part: Partial<State>): void {
  state = { ...state, ...part };
  if (queued) return;
  queued = true;
  const now = () => {
    queued = false;
    draw();
  };
  if (document.hidden) setTimeout(now, 0); // a hidden page gets no frames, and its title counts who waits
  else requestAnimationFrame(now);
}

function draw(): void {
  if (newest) {
    show(JSON.parse(newest) as Board);
    newest = "";
  }
  const b = boardWords(state.lang);
  const n = state.board?.waiting.length ?? 0;
  const bad = state.alarms.some((x) => grave(x) && !state.seen.includes(x.key));
  document.title = `${bad ? "! " : ""}${n > 0 ? `(${n}) ` : ""}${b.title} – Sahut`;
  document.body.classList.toggle("tv", state.tv);
  stayAwake(state.tv);
  render(screen({ s: state, w: words(state.lang), a: adminWords(state.lang), b, r: reportWords(state.lang), act }), root);
  tour.show(state.lang, !!state.board && !state.tv && state.alarms.length === 0);
  const fresh = state.alarms.filter((x) => !state.told.includes(x.key));
  if (fresh.length > 0) setTimeout(() => {
    set({ told: [...state.told, ...fresh.map((x) => x.key)].slice(-500) });
    remember();
  }, TELL_MS);
}

// How long an alarm stays in the live region, so that it is read out once.
const TELL_MS = 3000;

// Of several pictures within one frame the newest is looked at alone.
let newest = "";
function heard(text: string): void {
  newest = text;
  set({ heardAt: Date.now(), signedOut: false });
}

function show(board: Board): void {
  const now = at(board.now);
  const alarms = alarmsOf(board);
  const before = state.told.length + state.seen.length;
  state = { ...state, board, offset: now - state.heardAt, alarms, told: lasting(state.told, alarms), seen: lasting(state.seen, alarms) };
  if (state.told.length + state.seen.length !== before) remember();
  void follow();
  void followWhy();
  if (state.why && !board.waiting.some((c) => c.contact === state.why!.contact)) set({ why: null });
}

// followWhy asks again why she waits while the answer is open: a volunteer who is
// ready now must not stand there as paused.
let asking = false;
async function followWhy(): Promise<void> {
  const open = state.why;
  if (asking || !open) return;
  asking = true;
  const why = await api.why(open.contact).catch(() => null);
  asking = false;
  if (why && state.why?.contact === why.contact) set({ why });
}

// follow keeps the story of a call that still runs up to date while it is open.
let following = false;
async function follow(): Promise<void> {
  const open = state.timeline;
  if (following || !open || open === "loading" || open.call.ended) return;
  following = true;
  const timeline = await api.timeline(open.call.id).catch(() => null);
  following = false;
  if (timeline && state.timeline && state.timeline !== "loading" && state.timeline.call.id === open.call.id) set({ timeline });
}

const stream = new Stream({
  url: "/api/v1/board",
  picture: heard,
  lost: () => void api.me().catch((e: unknown) => set({ signedOut: e instanceof Refused && e.status === 401 })),
});
addEventListener("online", () => stream.hurry());
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") stream.hurry(); });

async function run(name: string, work: () => Promise<unknown>): Promise<void> {
  set({ busy: name, trouble: "" });
  try {
    await work();
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    const a = adminWords(state.lang);
    set(e.status === 401 ? { signedOut: true } : { trouble: e.status === 0 ? a.offline : refusal(e, state.lang) || a.failed });
  } finally {
    set({ busy: "" });
  }
}

const act: Actions = {
  lookWhy: (contact) => void (contact ? run("why", async () => set({ why: await api.why(contact) })) : set({ why: null })),
  askClosing: (queue) => set({ closing: queue }),
  closeQueue: (minutes, reason) => void run("closing", async () => {
    await api.closeQueue(state.closing, new Date(Date.now() + state.offset + minutes * 60_000).toISOString(), reason);
    set({ closing: "" });
  }),
  openQueue: (queue) => void run("closing", () => api.openQueue(queue)),
  write: (on) => set({ writing: on }),
  announce: (text) => void run("announce", async () => {
    await api.announce(text);
    set({ writing: false });
  }),
  takeBack: () => void run("announce", () => api.takeBack()),
  supervise: (contact, mode) => void run(`supervise-${contact}`, () => api.supervise(contact, mode)),
  leave: (contact) => void run(`supervise-${contact}`, () => api.leaveTalk(contact)),
  answerSos: (contact) => void run("sos", () => api.answerSos(contact)),
  look: (contact) => void (contact ? run("timeline", async () => {
    set({ timeline: "loading" });
    const timeline = await api.timeline(contact).catch((e: unknown) => { set({ timeline: null }); throw e; });
    set({ timeline });
  }) : set({ timeline: null })),
  open: (figure, start, queue) => void run("behind", async () => {
    const asked = { figure, start, queue };
    set({ behind: { ...asked, calls: null, more: false } });
    const { calls, more, share } = await api.reportCalls(queryToday(state.board!, start, queue), figure).catch((e: unknown) => { set({ behind: null }); throw e; });
    const now = state.behind;
    if (now?.figure === figure && now.start === start && now.queue === queue) set({ behind: { ...asked, calls, more, share } });
  }),
  close: () => { if (!state.timeline) set({ behind: null }); },
  explain: (kpi) => set({ formula: kpi }),
  putAside(key) {
    set({ seen: [...state.seen, key].slice(-500) });
    remember();
  },
  tv(on) {
    history.replaceState(null, "", on ? "/board?tv" : "/board");
    set({ tv: on });
  },
  switchLang() {
    const lang = state.lang === "en" ? "id" : "en";
    useLang(lang);
    set({ lang });
  },
};

const root = document.getElementById("app")!;
void api.me().then((me) => set({ name: me.alias || me.name }), () => undefined);
stream.start();
setInterval(() => set({}), 1000); // times go on between pictures
draw();
