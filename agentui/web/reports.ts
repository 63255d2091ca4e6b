// The reports' page. The figures are made anew by the server with each question.

import { render } from "lit";
import { api, Refused } from "./admin/api";
import "./i18n/both";
import { chosenLang, useLang, words } from "./i18n";
import { refusal } from "./i18n/problems";
import { adminWords } from "./i18n/admin";
import { boardWords } from "./i18n/board";
import { reportWords } from "./i18n/report";
import { screen } from "./reports/screen";
import { Tour } from "./tour";
import { blankState, preset, query, queryOf, type Actions, type State } from "./reports/state";

const told = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name=sahut-${name}]`)?.content ?? "";
let state: State = { ...blankState(chosenLang(), Date.now(), told("zone")), role: told("role") };
let queued = false;
let turns = 0; // questions asked
const tour = new Tour("reports", (lang) => {
  const t = reportWords(lang).tour;
  return [{ at: ".question", text: t.ask }, { at: ".reports .table-box", text: t.table }];
}, (lang) => words(lang).tour);

function set(part: Partial<State>): void {
  state = { ...state, ...part };
  if (queued) return;
  queued = true;
  queueMicrotask(() => {
    queued = false;
    draw();
  });
}

function draw(): void {
  const r = reportWords(state.lang);
  document.title = `${r.title} – Sahut`;
  render(screen({ s: state, w: words(state.lang), a: adminWords(state.lang), b: boardWords(state.lang), r, act }), root);
  tour.show(state.lang, !!state.report && !state.behind && !state.timeline && !state.explained);
}

async function run(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    const a = adminWords(state.lang);
    set(e.status === 401 ? { signedOut: true } : { trouble: e.status === 0 ? a.offline : refusal(e, state.lang) || a.failed });
  }
}

const act: Actions = {
  ask: (part) => set({ asked: { ...state.asked, ...part } }),
  press(p) {
    set({ asked: { ...state.asked, ...preset(p, Date.now(), state.asked.zone) }, pressed: p });
    act.show();
  },
  show: () => void run(async () => {
    const asked = state.asked, turn = ++turns;
    set({ busy: true, trouble: "" });
    try {
      const report = await api.report(query(asked));
      if (turn === turns) set({ report, shown: asked, behind: null }); // a slow answer does not take the place of a later one
    } finally {
      if (turn === turns) set({ busy: false });
    }
  }),
  sort: (by) => set({ sort: { by, down: state.sort.by === by ? !state.sort.down : by !== "start" } }),
  open: (figure, start, queue) => void run(async () => {
    const asked = { figure, start, queue };
    set({ behind: { ...asked, calls: null, more: false }, trouble: "" });
    const { calls, more, share } = await api.reportCalls(queryOf(state.shown, start, queue), figure).catch((e: unknown) => { set({ behind: null }); throw e; });
    const now = state.behind;
    if (now?.figure === figure && now.start === start && now.queue === queue) set({ behind: { ...asked, calls, more, share } });
  }),
  close: () => { if (!state.timeline) set({ behind: null }); },
  look: (contact) => void (contact ? run(async () => {
    set({ timeline: "loading" });
    const timeline = await api.timeline(contact).catch((e: unknown) => { set({ timeline: null }); throw e; });
    set({ timeline });
  }) : set({ timeline: null })),
  explain: (explained) => set({ explained }),
  switchLang() {
    const lang = state.lang === "en" ? "id" : "en";
    useLang(lang);
    set({ lang });
  },
};

const root = document.getElementById("app")!;
draw();
void run(async () => {
  const { routing } = await api.routing();
  set({ queues: routing.queues, agents: routing.agents });
});
act.show();
