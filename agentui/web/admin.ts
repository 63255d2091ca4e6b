// The administration's page. One state, drawn whole; the routing is edited as a
// draft, checked by the server (dry run), reviewed as a list of changes and only
// then applied, against the revision it was made from.

import { render } from "lit";
import { api, Refused, type HoursDays, type Problem, type Revision, type ShiftPlan } from "./admin/api";
import { changes, renamed, withValue, without } from "./admin/draft";
import { Calendar } from "./admin/calendar";
import { keep, kept } from "./admin/kept";
import { merge } from "./admin/merge";
import { goTo, goToLine, sectionOf } from "./admin/place";
import { screen } from "./admin/screen";
import { playAsPhone, Recorder, stopPhone } from "./admin/sound";
import { blankState, sectionsOf, type Actions, type Section, type State } from "./admin/state";
import "./i18n/both";
import { chosenLang, useLang, words } from "./i18n";
import { adminWords } from "./i18n/admin";
import { refusal } from "./i18n/problems";
import { Tour } from "./tour";

const edited = () => (state.role === "admin" && state.draft !== state.base ? state.draft : null);
const plan = new Calendar<ShiftPlan>({
  draft: edited, fetch: api.shifts,
  show: (p) => set({ plan: p, planTrouble: false }),
  refused: (problems) => { set({ planTrouble: true }); alsoWrong("shifts", problems); },
  lost: calendarLost,
});
const opening = new Calendar<HoursDays[]>({
  draft: edited, fetch: api.hours,
  show: (hours) => set({ hours, hoursTrouble: false }),
  refused: (problems) => { set({ hoursTrouble: true }); alsoWrong("hours", problems); },
  lost: calendarLost,
});
const tour = new Tour("admin", (lang) => {
  const t = adminWords(lang).tour;
  return [{ at: ".admin-nav", text: t.nav }, { at: "main .section-head", text: t.main }, state.role === "supervisor" ? { at: "header a[href^='/board']", text: t.board } : { at: "header a[href^='/reports']", text: t.reports }];
}, (lang) => words(lang).tour);
let state: State = blankState(chosenLang());
let queued = false;
let next: (() => void) | null = null; // once the page is drawn
let shown: Section | "" = "";

// afterwards goes somewhere on the page as it will be drawn.
function afterwards(go: () => void): void {
  next = go;
  set({});
}

const DONE_MS = 10_000; // long enough to read it twice
let saidAt = 0;

function set(part: Partial<State>): void {
  state = { ...state, ...part };
  if (part.done) {
    clearTimeout(saidAt);
    saidAt = window.setTimeout(() => { if (!state.undo) set({ done: "" }); }, DONE_MS);
  }
  if (queued) return;
  queued = true;
  queueMicrotask(() => {
    queued = false;
    draw();
  });
}

function draw(): void {
  const a = adminWords(state.lang);
  document.title = `${a.sections[state.section]} – Sahut`;
  render(screen({ s: state, w: words(state.lang), a, act }), root);
  if (shown !== state.section) {
    shown = state.section;
    const here = document.querySelector<HTMLElement>(".admin-nav [aria-current]"), nav = here?.closest<HTMLElement>(".admin-nav");
    if (here && nav) nav.scrollLeft = here.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2; // where the sections are in one line
  }
  const go = next;
  next = null;
  go?.();
  tour.show(state.lang, state.role !== "" && !state.review && !state.conflict && !state.goBack && state.problems.length === 0);
}

// run does one thing and puts its trouble into words.
// atField are the codes that a form says at its own field.
async function run(name: string, work: () => Promise<void>, atField: string[] = []): Promise<Refused | null> {
  set({ busy: name, trouble: "", done: "", undo: null });
  try {
    await work();
    if (state.signedOut) set({ signedOut: "" });
    return null;
  } catch (e) {
    const a = adminWords(state.lang);
    if (!(e instanceof Refused)) throw e;
    if (e.status === 401) state.signedOut === "asked" || act.askSignIn(true);
    else if (e.status === 412 && e.current) void conflicted(e.current);
    else if (e.problems.length > 0) mistaken(e.problems, typeof state.review?.document === "string");
    else if (!atField.includes(e.code)) set({ trouble: e.status === 0 ? a.offline : refusal(e, state.lang) || a.failed });
    return e;
  } finally {
    set({ busy: "" });
  }
}

// mistaken shows what is to be mended, and goes there.
function mistaken(problems: Problem[], ofText: boolean): void {
  set({ problems, ofText, review: null });
  afterwards(() => document.getElementById("problems-title")?.focus());
}

// signInOver is what an answer in the background says of it. Who is asked for her
// password meanwhile goes on typing it.
const signInOver = (): Partial<State> => ({ signedOut: state.signedOut || "told" });

// calendarLost: the draft is here, its calendar is not.
function calendarLost(e: Refused): void {
  const a = adminWords(state.lang);
  set(e.status === 401 ? signInOver() : { trouble: e.status === 0 ? a.calendarOld : refusal(e, state.lang) || a.failed });
}

// alsoWrong adds what a calendar could not read to the mistakes that are listed; of
// its own part it knows all.
function alsoWrong(part: string, problems: Problem[]): void {
  const at = (p: Problem) => p.path ?? p.key;
  const others = state.ofText ? [] : state.problems.filter((p) => !at(p).startsWith(part) && !problems.some((q) => at(q) === at(p)));
  set({ ofText: false, problems: [...others, ...problems] });
}

// conflicted reads what somebody else applied meanwhile, to show it beside what
// is edited here. Was it this very draft, then only its answer was lost on the way.
async function conflicted(current: Revision): Promise<void> {
  const theirs = state.section === "routing" ? undefined : (await api.routing().catch(() => undefined))?.routing;
  if (theirs && state.draft && changes(theirs, state.draft).length === 0) {
    await taken("text");
    return set({ done: adminWords(state.lang).applied(current.revision) });
  }
  set({ review: null, conflict: { ...current, theirs, choices: {} } });
}

// tryOut replays the last weeks with what is reviewed. Closing the review gives
// it up.
let trying: AbortController | null = null;

async function tryOut(): Promise<void> {
  const r = state.review;
  if (!r) return;
  const mine = (trying = new AbortController());
  set({ trial: "running", trialTrouble: "" });
  try {
    const trial = await api.whatIf(r.document, AbortSignal.any([mine.signal, AbortSignal.timeout(600_000)]));
    if (state.review === r) set({ trial });
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    if (state.review === r) set({ trial: null, trialTrouble: e.status === 0 ? adminWords(state.lang).offline : refusal(e, state.lang) || adminWords(state.lang).failed });
  }
}

const edits = () => !!state.base && !!state.draft && changes(state.base, state.draft).length > 0;
const writes = () => state.yaml !== null && state.yaml !== state.yamlBase;

// What this page has not taken up yet, stays as it is kept.
function keepDraft(): void {
  if (!state.user) return;
  keep(state.user, {
    draft: !state.base ? kept(state.user).draft : edits() ? { base: state.base, revision: state.revision, draft: state.draft! } : undefined,
    yaml: writes() ? { base: state.yamlBase, revision: state.yamlRevision, text: state.yaml! } : undefined,
  });
}

async function loadRouting(): Promise<void> {
  const { routing, revision } = await api.routing();
  const { draft } = kept(state.user);
  if (draft && !state.draft && state.role === "admin") return set(draft);
  set({ base: routing, revision, draft: routing, problems: [] });
}

// loadFloor reads what happens now; who is looked at stays looked at while she waits.
// Who waits is not told to admins.
async function loadFloor(): Promise<void> {
  const [status, waiting] = await Promise.all([api.status(), state.role === "supervisor" ? api.waiting() : []]);
  const who = state.why?.contact;
  const why = who && waiting.some((c) => c.contact === who) ? await api.why(who).catch(() => null) : null;
  set({ status, statusAt: Date.now(), waiting, why });
}

// afterApplied reads the routing anew when there is no draft to lose.
async function afterApplied(): Promise<void> {
  if (state.draft === state.base) await loadRouting();
}

async function load(section: Section): Promise<void> {
  await run("load", async () => {
    if (!state.fields.length) set({ fields: await api.fields() });
    if (!state.base) await loadRouting();
    switch (section) {
      case "calls": {
        const { calls, more } = await api.calls(state.filter.since);
        set({ calls, more });
        break;
      }
      case "status":
        await loadFloor();
        break;
      case "trunks":
        await loadLine();
        break;
      case "callbacks":
        set({ callbacks: await api.callbacks() });
        break;
      case "blocks":
        set({ blocks: await api.blocks() });
        break;
      case "queues":
      case "menus":
      case "rules":
      case "prompts":
        set({ prompts: await api.prompts() });
        break;
      case "volunteers":
        if (state.role === "admin") set({ users: await api.users(), status: await api.status(), statusAt: Date.now() });
        break;
      case "shifts":
        await plan.load();
        break;
      case "hours":
        await opening.load();
        break;
      case "routing":
        if (state.yaml === null) await loadYaml();
        break;
      case "history":
        set({ history: await api.history() });
        break;
    }
  });
}

// loadLine reads how the trunks are, and the trace.
async function loadLine(): Promise<void> {
  const [trunks, bans, status, trace] = await Promise.all([api.trunks(), api.bans(), api.status(), state.role === "admin" ? api.trace() : null]);
  set({ trunks, bans, status, statusAt: Date.now(), trace });
}

async function loadYaml(): Promise<void> {
  const { text, revision } = await api.yaml();
  set({ yaml: text, yamlBase: text, yamlRevision: revision });
}

// taken makes the applied document the new ground of everything. What is shown
// stays where it is, and open, and keeps the focus.
// What was edited beside it, by another way than what was applied, stays a draft.
async function taken(beside: "forms" | "text" | "" = ""): Promise<void> {
  const { routing, revision } = await api.routing();
  const draft = beside === "forms" && edits() ? merge(state.base!, state.draft!, routing).document : routing;
  set({ draft, base: routing, revision, review: null, problems: [], looked: null, ...(beside === "text" && writes() ? {} : { yaml: null }) });
  keepDraft();
  if (state.section === "routing") await loadYaml();
  if (state.section === "history") set({ history: await api.history() });
}

let recorder: Recorder | null = null;

const act: Actions = {
  edit(path, value) {
    if (!state.draft) return;
    const draft = withValue(state.draft, path, value);
    // A problem is gone as soon as its value is another one; the next check decides.
    set({ draft, done: "", undo: null, problems: state.ofText ? state.problems : state.problems.filter((p) => !(p.path ?? p.key).startsWith(path)) });
    draftChanged();
  },
  rename(list, from, to) {
    const all = (state.draft?.[list] ?? []) as { id: string }[];
    if (!state.draft || !from || !to || from === to || all.some((e) => e.id === from) || all.filter((e) => e.id === to).length !== 1) return;
    const { doc, places } = renamed(state.draft, state.fields, list, from, to);
    if (places === 0) return;
    set({ draft: doc, done: adminWords(state.lang).renamed(to, places) });
    draftChanged();
  },
  grow(path, list, value) {
    act.edit(path, [...list, value]);
    afterwards(() => goTo(`${path}[${list.length}]`));
  },
  shrink(path, list, i) {
    const before = state.draft;
    act.edit(path, without(list, i));
    set({ done: adminWords(state.lang).removed1, undo: before });
    afterwards(() => (document.getElementById(`add-${path.replaceAll(/\W+/g, "-")}`) ?? document.getElementById("main"))?.focus());
  },
  takeBack() {
    set({ draft: state.undo ?? state.draft, undo: null, done: "" });
    draftChanged();
  },
  show(path) {
    const section = sectionOf(path);
    if (section === state.section) return goTo(path);
    arriving = path;
    location.hash = section;
  },
  showLine: goToLine,
  hush: () => set({ done: "", trouble: "", undo: null }),
  discard() {
    const before = state.draft, revision = state.revision;
    set({ draft: state.base, problems: [], trouble: "", done: "" });
    keepDraft();
    void run("load", loadRouting).then(() => state.revision === revision && set({ done: adminWords(state.lang).discarded, undo: before }));
  },
  check: (document) => void run("check", async () => {
    const doc = document ?? state.draft!;
    const base = typeof doc === "string" ? state.yamlRevision : state.revision;
    set({ problems: [] });
    const plan = await api.put(doc, base, true);
    if (plan.problems?.length) mistaken(plan.problems, typeof doc === "string");
    else if (plan.revision > base) await conflicted(plan);
    else set({ review: { plan, document: doc }, trial: null, trialTrouble: "" });
  }),
  apply: (note) => void run("apply", async () => {
    const r = state.review;
    if (!r) return;
    const plan = await api.put(r.document, typeof r.document === "string" ? state.yamlRevision : state.revision, false, note);
    await taken(typeof r.document === "string" ? "forms" : "text");
    set({ done: adminWords(state.lang).applied(plan.revision) });
  }),
  closeReview() {
    trying?.abort();
    set({ review: null, trial: null, trouble: "" });
  },
  tryOut: () => void tryOut(),
  resolve(keepMine) {
    const c = state.conflict;
    set({ conflict: null });
    void run("load", async () => {
      if (!keepMine) return taken(c?.theirs ? "text" : "forms");
      const { routing, revision } = await api.routing();
      // Somebody else again: what was chosen was not about this.
      if (c?.theirs && revision !== c.revision) return conflicted((await api.history())[0]!);
      if (c?.theirs && state.base && state.draft) set({ draft: merge(state.base, state.draft, routing, c.choices).document, base: routing, revision });
      set({ yamlRevision: revision });
      keepDraft();
    });
  },
  decideLater: () => set({ conflict: null }),
  choose(key, choice) {
    if (state.conflict) set({ conflict: { ...state.conflict, choices: { ...state.conflict.choices, [key]: choice } } });
  },
  filter(part) {
    const since = state.filter.since;
    set({ filter: { ...state.filter, ...part } });
    if (state.filter.since !== since) void load("calls");
  },
  reload: () => void load(state.section),
  olderCalls: () => void run("older", async () => {
    const have = state.calls ?? [];
    const { calls, more } = await api.calls(state.filter.since, have.at(-1)?.id);
    set({ calls: [...have, ...calls], more });
  }),
  showWeek: (by) => void run("week", () => plan.turn(by, state.plan?.days[0]?.date)),
  showHours: (by) => void run("week", () => opening.turn(by, state.hours?.[0]?.days[0]?.date)),
  lookWhy: (contact) => void run("why", async () => set({ why: contact ? await api.why(contact) : null })),
  askClosing: (closing) => set({ closing }),
  closeQueue: (minutes, reason) => void run("closing", async () => {
    await api.closeQueue(state.closing, new Date(Date.now() + minutes * 60_000).toISOString(), reason);
    set({ closing: "" });
    await loadFloor();
    await afterApplied();
  }),
  openQueue: (queue) => void run("closing", async () => {
    await api.openQueue(queue);
    await loadFloor();
    await afterApplied();
  }),
  unban: (host) => void run("unban", async () => {
    await api.unban(host);
    set({ bans: await api.bans() });
  }),
  addBlock: (block) => run("block", async () => {
    await api.addBlock(block);
    set({ blocks: await api.blocks(), done: adminWords(state.lang).saved });
  }, ["invalid_number", "invalid_prefix", "invalid_hours"]),
  approveBlock: (id, hours) => void run("block", async () => {
    await api.approveBlock(id, hours);
    set({ blocks: await api.blocks(), done: adminWords(state.lang).saved });
  }),
  removeBlock: (id) => void run("block", async () => {
    await api.removeBlock(id);
    set({ blocks: await api.blocks() });
  }),
  callNow: (id) => void run("callback", async () => {
    await api.callNow(id);
    set({ callbacks: await api.callbacks(), done: adminWords(state.lang).callbackOffered });
  }),
  giveUp: (id) => void run("callback", async () => {
    await api.giveUp(id);
    set({ callbacks: await api.callbacks() });
  }),
  noteSafety: (id, note) => void run("callback", async () => {
    await api.noteSafety(id, note);
    set({ callbacks: await api.callbacks(), done: adminWords(state.lang).saved });
  }),
  startTrace: (minutes) => void run("trace", async () => set({ trace: await api.startTrace(minutes) })),
  stopTrace: () => void run("trace", async () => set({ trace: await api.stopTrace() })),
  editYaml(yaml) {
    set({ yaml, problems: state.ofText ? [] : state.problems, done: "" });
    keepDraft();
  },
  revertYaml() {
    set({ yaml: state.yamlBase });
    keepDraft();
    void run("load", loadYaml);
  },
  download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([state.yaml ?? ""], { type: "application/yaml" }));
    link.download = `routing-${state.yamlRevision}.yaml`;
    link.click();
    URL.revokeObjectURL(link.href);
  },
  look: (revision) => void run("load", async () => {
    if (!revision) return set({ looked: null });
    const before = state.history?.find((r) => r.revision < revision);
    const now = await api.routingAt(revision);
    set({ looked: { revision, changes: before ? changes(await api.routingAt(before.revision), now) : null } });
  }),
  askBack: (revision) => void run("load", async () => {
    const { routing } = await api.routing();
    set({ goBack: { revision, changes: changes(routing, await api.routingAt(revision)) } });
  }),
  goBack: () => void run("back", async () => {
    const g = state.goBack;
    if (!g) return;
    set({ goBack: null });
    const plan = await api.rollback(g.revision, state.history?.[0]?.revision ?? state.revision);
    await taken("forms");
    set({ done: adminWords(state.lang).applied(plan.revision) });
  }),
  closeBack: () => set({ goBack: null }),
  upload: (name, lang, file) => run("upload", async () => {
    await api.upload(name, lang, file);
    set({ prompts: await api.prompts(), done: adminWords(state.lang).saved });
  }, ["invalid_prompt_name", "prompt_alone", "unreadable_sound", "too_large"]),
  hear(name) {
    stopPhone();
    set({ phone: name });
    if (!name) return;
    void playAsPhone(`/api/v1/prompts/${encodeURIComponent(name)}?lang=${state.lang}`).catch(() => set({ trouble: adminWords(state.lang).phoneFailed }))
      .finally(() => { if (state.phone === name) set({ phone: "" }); });
  },
  record: () => void run("record", async () => {
    if (typeof state.recording === "object" && state.recording) URL.revokeObjectURL(state.recording.url);
    try {
      recorder = await Recorder.start();
    } catch {
      return set({ trouble: adminWords(state.lang).recordDenied });
    }
    if (state.section !== "prompts") return stopListening(); // she went elsewhere before the browser let us
    set({ recording: "on" });
    const watch = window.setInterval(() => recorder ? set({ recordLevel: recorder.level() }) : clearInterval(watch), 100);
  }),
  stopRecording: () => void run("record", async () => {
    const r = recorder;
    recorder = null;
    if (!r) return;
    const blob = await r.stop().catch(() => null);
    if (!blob) return set({ recording: null, recordLevel: 0, trouble: adminWords(state.lang).recordEmpty });
    set({ recording: { url: URL.createObjectURL(blob), file: new File([blob], "recording.wav", { type: "audio/wav" }) }, recordLevel: 0 });
  }),
  saveRecording: (name, lang) => run("upload", async () => {
    const r = state.recording;
    if (!r || r === "on") return;
    await api.upload(name, lang, r.file);
    URL.revokeObjectURL(r.url);
    set({ recording: null, prompts: await api.prompts(), done: adminWords(state.lang).saved });
  }, ["invalid_prompt_name", "prompt_alone"]),
  deletePrompt: (name, lang) => void run("upload", async () => {
    await api.deletePrompt(name, lang);
    set({ prompts: await api.prompts() });
  }),
  addUser: (name, role, password) => run("user", async () => {
    await api.addUser({ name, role, password });
    set({ users: await api.users(), done: adminWords(state.lang).saved });
  }, ["invalid_name", "exists", "invalid_password"]),
  changeUser: (name, change) => run("user", async () => {
    await api.changeUser(name, change);
    set({ asking: null });
    set({ users: await api.users(), done: adminWords(state.lang).saved });
  }, ["invalid_password"]),
  askAccount: (asking) => {
    set({ asking, trouble: "" });
    if (asking) void run("load", async () => set({ status: await api.status(), statusAt: Date.now() })); // what she does now
  },
  askSignIn(open) {
    set({ signedOut: open ? "asked" : "told", signInTrouble: "" });
    if (open) afterwards(() => setTimeout(() => document.getElementById("again")?.focus())); // once the dialog is open
  },
  signInAgain: (password) => void signInAgain(password),
  switchLang() {
    const lang = state.lang === "en" ? "id" : "en";
    useLang(lang);
    const url = new URL(location.href);
    url.searchParams.set("lang", lang);
    history.replaceState(null, "", url);
    set({ lang });
  },
  signOut() {
    if ((edits() || writes()) && !confirm(adminWords(state.lang).signOutAsk)) return;
    set({ draft: state.base, yaml: null, undo: null }); // or it would be kept again on the way out
    keep(state.user, {});
    leaving = true;
    void api.signOut().catch(() => undefined).then(() => location.assign(`/signin?lang=${state.lang}`));
  },
};

// signInAgain goes on where the sign-in ended, with everything as it was typed.
async function signInAgain(password: string): Promise<void> {
  const a = adminWords(state.lang);
  set({ busy: "signin", signInTrouble: "" });
  try {
    await api.signIn(state.user, password);
    const me = await api.me();
    if (me.role !== state.role) return location.reload(); // another page than this one
    set({ signedOut: "", trouble: "" });
    if (state.section === "status") await loadFloor();
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    set({ signInTrouble: e.status === 0 ? a.offline : refusal(e, state.lang) || a.failed });
  } finally {
    set({ busy: "" });
  }
}

// draftChanged keeps the draft, and has its calendars follow it.
function draftChanged(): void {
  keepDraft();
  if (state.section === "shifts") plan.soon();
  if (state.section === "hours") opening.soon();
}

let arriving = ""; // the path that is gone to when its section is there
let leaving = false; // to another page of the house, or signing out: the draft stays in this tab, or shall go

function fromHash(): Section {
  const asked = location.hash.slice(1) as Section;
  const mine = sectionsOf(state.role);
  return mine.includes(asked) ? asked : mine[0]!;
}

// Whoever goes elsewhere is not recorded any more.
function stopListening(): void {
  recorder?.abandon();
  recorder = null;
  if (state.recording === "on") set({ recording: null, recordLevel: 0 });
  if (state.phone) act.hear("");
}

addEventListener("hashchange", () => {
  const section = fromHash();
  if (section === state.section) return;
  stopListening();
  const path = arriving;
  arriving = "";
  set({ section, trouble: "", done: "", undo: null });
  if (path) afterwards(() => goTo(path));
  void load(section);
  document.getElementById("main")?.focus({ preventScroll: true });
  scrollTo(0, 0);
});
addEventListener("click", (e) => {
  leaving = e.target instanceof Element && !!e.target.closest("a[href^='/']:not([download], [target])");
}, { capture: true });
// Closing the tab loses what was edited, so it is asked. Going to another page of
// the house does not: it is there on the way back. A recording is lost by both.
addEventListener("beforeunload", (e) => {
  keepDraft();
  if (!leaving && (edits() || writes()) || state.recording) e.preventDefault();
});

// The status is asked for every two seconds while it is looked at, and its age
// shows when the answers stop.
window.setInterval(() => follow("status", loadFloor), 2000);
window.setInterval(() => follow("trunks", loadLine), 5000);

function follow(section: Section, look: () => Promise<void>): void {
  if (state.section !== section || state.role === "" || state.signedOut || document.visibilityState !== "visible") return;
  look().catch((e: unknown) => set(e instanceof Refused && e.status === 401 ? signInOver() : {}));
}

const root = document.getElementById("app") ?? document.body.appendChild(document.createElement("div"));
draw();
void run("load", async () => {
  const me = await api.me();
  set({ name: me.alias || me.name, user: me.name, role: me.role });
  const { yaml } = kept(me.name); // whatever section she is in, for the next edit keeps it anew
  if (yaml && me.role === "admin") set({ yaml: yaml.text, yamlBase: yaml.base, yamlRevision: yaml.revision });
  set({ section: fromHash() });
  await load(state.section);
});
