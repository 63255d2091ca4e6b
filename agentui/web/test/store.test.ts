import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { AgentView, Ask, ServerMessage } from "../messages";
import { age, blank, fold, SLOW_MS, Store, tell, TOLD_MS, waits, type Snapshot } from "../store";

const T = Date.parse("2026-11-23T19:00:00Z");
const view = (part: Partial<AgentView> & Pick<AgentView, "state">): AgentView => ({ since: "2026-11-23T19:00:00Z", queues: [], ...part });
const state = (v: AgentView, now = "2026-11-23T19:00:00Z"): ServerMessage => ({ type: "state", now, view: v });
const call = { contact: "C1", queue: "q", label: "Q", caller: "••••963", wait_ms: 0, connecting: false, started: "2026-11-23T19:00:00Z", held: false, muted: false, keys: "" };
const offer = { id: 7, contact: "C1", queue: "q", label: "Q", caller: "", waiting_since: "2026-11-23T19:00:00Z", expires: "2026-11-23T19:00:20Z" };
const asked = (s: Snapshot, what: string): Snapshot => ({ ...s, asked: { [what]: T } });

test("the server's clock counts, whatever ours says", () => {
  const s = fold(blank("en"), state(view({ state: "ready" }), "2026-11-23T19:05:00Z"), T);
  assert.equal(s.offset, 5 * 60_000);
});

test("a click waits until its outcome, not until the next message", () => {
  let s = fold(blank("en"), state(view({ state: "offered", offer })), T);
  s = asked(s, "accept");
  s = fold(s, state(view({ state: "offered", offer, queues: [{ queue: "q", label: "Q", waiting: 4, ready: 1, talking: 0 }] })), T);
  assert.ok(waits(s, "accept"), "a queue's numbers are no answer");
  s = fold(s, state(view({ state: "talking", call })), T);
  assert.ok(!waits(s, "accept"));
});

// Each request against the change it leads to, and against what others do.
const talking = view({ state: "talking", call });
const third = { name: "Dewi", kind: "agent" as const, stage: "joined" as const, since: "2026-11-23T19:01:00Z", may_complete: true };
const sos = { contact: "C1", name: "Sari", label: "Q", raised: "2026-11-23T19:01:00Z", called: [] };
const wrapup = { contact: "C1", label: "Q", talk_ms: 1, until: "2026-11-23T19:02:00Z", ended_by: "agent" as const };
const answers: [ask: string, from: AgentView, to: AgentView][] = [
  ["shift.start", view({ state: "offline" }), view({ state: "checking" })],
  ["shift.end", talking, { ...talking, next: "offline" }],
  ["ready", { ...talking, next: "paused" }, { ...talking, next: "" }],
  ["pause", view({ state: "ready" }), view({ state: "paused", reason: "break" })],
  ["accept", view({ state: "offered", offer }), talking],
  ["decline", view({ state: "offered", offer }), view({ state: "ready" })],
  ["hold", talking, view({ state: "held", call: { ...call, held: true } })],
  ["resume", view({ state: "held", call: { ...call, held: true } }), talking],
  ["mute", talking, view({ state: "talking", call: { ...call, muted: true } })],
  ["hangup", talking, view({ state: "wrapup", wrapup })],
  ["device", view({ state: "ready" }), view({ state: "ready", device: "mobile" })],
  ["dial", view({ state: "ready" }), view({ state: "talking", call: { ...call, direction: "out", stage: "dialling" } })],
  ["transfer", talking, view({ state: "wrapup", wrapup })],
  ["consult", talking, view({ state: "talking", call: { ...call, third: { ...third, stage: "ringing" } } })],
  ["consult.merge", view({ state: "talking", call: { ...call, third: { ...third, stage: "consult" } } }), view({ state: "talking", call: { ...call, third } })],
  ["consult.back", view({ state: "talking", call: { ...call, third } }), talking],
  ["consult.complete", view({ state: "talking", call: { ...call, third } }), view({ state: "wrapup", wrapup })],
  ["sos", talking, view({ state: "talking", call: { ...call, sos } })],
  ["sos", view({ state: "talking", call: { ...call, sos } }), talking],
  ["sos", view({ state: "talking", call: { ...call, sos } }), view({ state: "talking", call: { ...call, sos: { ...sos, answered: "Rina" } } })],
  ["supervise", view({ state: "assisting", call: { ...call, role: "supervisor", mode: "listen" } }), view({ state: "assisting", call: { ...call, role: "supervisor", mode: "barge" } })],
  ["supervise", view({ state: "ready" }), view({ state: "assisting", call: { ...call, role: "supervisor", mode: "listen" } })],
  ["supervise.end", view({ state: "assisting", call: { ...call, role: "supervisor", mode: "listen" } }), view({ state: "ready" })],
  ["sos.answer", view({ state: "ready" }), view({ state: "assisting", call: { ...call, role: "supervisor", mode: "listen" } })],
  ["callback.promise", talking, view({ state: "talking", call: { ...call, back: { promised: true } } })],
  ["callback.cut", talking, view({ state: "talking", call: { ...call, back: { promised: false, if_cut: "we_call" } } })],
  ["safety", view({ state: "wrapup", wrapup }), view({ state: "wrapup", wrapup: { ...wrapup, back: { promised: true, answered: "no" } } })],
  ["silent.ask", talking, view({ state: "talking", call: { ...call, silent: { question: "danger", asked: "2026-11-23T19:01:00Z", answers: [] } } })],
  ["silent.end", view({ state: "talking", call: { ...call, silent: { question: "danger", asked: "2026-11-23T19:01:00Z", answers: [] } } }), talking],
  ["abuse.end", talking, view({ state: "wrapup", wrapup: { ...wrapup, rest: true } })],
  ["rest", view({ state: "wrapup", wrapup: { ...wrapup, rest: true } }), view({ state: "wrapup", wrapup: { ...wrapup, rest: false } })],
  ["block", view({ state: "talking", call: { ...call, block: "may" } }), view({ state: "talking", call: { ...call, block: "held" } })],
  ["wrapup.choose", view({ state: "wrapup", wrapup }), view({ state: "wrapup", wrapup: { ...wrapup, disposition: "listened" } })],
  ["wrapup.extend", view({ state: "wrapup", wrapup }), view({ state: "wrapup", wrapup: { ...wrapup, until: "2026-11-23T19:04:00Z" } })],
  ["wrapup.finish", view({ state: "wrapup", wrapup }), view({ state: "ready" })],
];
for (const [ask, from, to] of answers) {
  test(`${ask} is answered by what it leads to`, () => {
    let s = asked(fold(blank("en"), state(from), T), ask);
    const others = { ...from, queues: [{ queue: "q", label: "Q", waiting: 4, ready: 1, talking: 0 }], floor: { talks: [], sos: [], may: true }, ...(from.call ? { call: { ...from.call, keys: "1" } } : {}) };
    s = fold(s, state(others), T);
    assert.ok(waits(s, ask as Ask), "what others do is no answer");
    s = fold(s, state(to), T);
    assert.ok(!waits(s, ask as Ask));
    assert.equal(age({ ...s, link: "live" }, T + SLOW_MS).told.length, 0, "nothing is said to be slow");
  });
}

test("an error answers its click and is told", () => {
  const s = fold(asked(blank("en"), "shift.start"), { type: "error", code: "not_agent", for: "shift.start" }, T);
  assert.ok(!waits(s, "shift.start"));
  assert.deepEqual(s.told[0]?.notice, { code: "error", error: "not_agent", for: "shift.start" });
});

test("an unanswered click is admitted, once, and released", () => {
  let s: Snapshot = { ...asked(blank("en"), "ready"), link: "live" };
  s = age(s, T + SLOW_MS - 1);
  assert.ok(waits(s, "ready"));
  s = age(s, T + SLOW_MS);
  assert.ok(!waits(s, "ready"));
  assert.equal(s.told.length, 1);
  s = age(s, T + SLOW_MS + TOLD_MS);
  assert.equal(s.told.length, 0);
});

test("what was typed for one contact never reaches the next", () => {
  let s = fold(blank("en"), state(view({ state: "wrapup", wrapup: { contact: "C1", label: "Q", talk_ms: 1, until: "2026-11-23T19:02:00Z", ended_by: "caller" } })), T);
  s = { ...s, disposition: "listened", keysSent: "12" };
  const same = fold(s, state(s.view!), T);
  assert.equal(same.disposition, "listened");
  const other = fold(s, state(view({ state: "talking", call: { ...call, contact: "C2" } })), T);
  assert.equal(other.disposition, "");
  assert.equal(other.keysSent, "");
});

test("a choice made in the call is still there in its wrap-up", () => {
  let s = fold(blank("en"), state(view({ state: "talking", call })), T);
  s = { ...s, keysSent: "1" };
  s = fold(s, state(view({ state: "wrapup", wrapup: { contact: "C1", label: "Q", talk_ms: 1, until: "2026-11-23T19:02:00Z", ended_by: "agent" } })), T);
  assert.equal(s.keysSent, "1");
});

test("nothing lies over the Answer button of a new offer", () => {
  let s = fold(blank("en"), state(view({ state: "ready" })), T);
  s = { ...s, dialog: "pause" };
  s = fold(s, state(view({ state: "offered", offer })), T);
  assert.equal(s.dialog, "");
  s = fold({ ...s, dialog: "shortcuts" }, state(view({ state: "offered", offer })), T);
  assert.equal(s.dialog, "shortcuts", "the same offer closes nothing she opened");
});

test("another tab's takeover leaves no state behind", () => {
  let s = fold(blank("en"), state(view({ state: "ready" })), T);
  s = fold(s, { type: "replaced" }, T);
  assert.equal(s.link, "replaced");
  assert.equal(s.view, null);
});

test("the same line is not told twice, and only the last three are", () => {
  let s = blank("en");
  for (const code of ["caller_left", "caller_left", "offer_missed", "call_ended", "offer_withdrawn"] as const) s = tell(s, { code }, T);
  assert.deepEqual(s.told.map((t) => t.notice.code), ["offer_missed", "call_ended", "offer_withdrawn"]);
});

test("listeners hear once of many changes, with the last", async () => {
  const store = new Store(blank("en"));
  const heard: string[] = [];
  store.subscribe((s) => heard.push(s.name));
  store.patch({ name: "a" });
  store.patch({ name: "b" });
  await Promise.resolve();
  assert.deepEqual(heard, ["b"]);
});

test("a refused number opens the dialog again, and answers the click", () => {
  let s = fold(blank("en"), state(view({ state: "ready", may_dial: true })), T);
  s = { ...asked(s, "dial"), number: "0811x" };
  s = fold(s, { type: "notice", notice: { code: "dial_invalid" } }, T);
  assert.equal(s.dialog, "dial");
  assert.equal(s.number, "0811x");
  assert.ok(!waits(s, "dial"));
  s = fold(asked({ ...s, dialog: "" }, "dial"), { type: "notice", notice: { code: "dial_limit" } }, T);
  assert.equal(s.dialog, "", "no slip of hers");
});

test("a transfer belongs to its call", () => {
  let s = fold(blank("en"), state(view({ state: "talking", call })), T);
  s = { ...s, dialog: "transfer" };
  s = fold(s, state(view({ state: "talking", call: { ...call, keys: "1" } })), T);
  assert.equal(s.dialog, "transfer");
  s = fold(s, state(view({ state: "talking", call: { ...call, contact: "C2" } })), T);
  assert.equal(s.dialog, "");
});

test("the screen of dialling goes with the call it began", () => {
  let s = fold(blank("en"), state(view({ state: "ready" })), T);
  s = fold({ ...s, dialog: "dial" }, state(view({ state: "talking", call: { ...call, direction: "out", stage: "dialling" } })), T);
  assert.equal(s.dialog, "");
});

test("a question, a block and a rest are answered by the state, a refused block by its notice", () => {
  const silent = { question: "danger" as const, asked: "2026-11-23T19:01:00Z", answers: [] };
  let s = asked(fold(blank("en"), state(view({ state: "talking", call: { ...call, block: "may" } })), T), "silent.ask");
  s = fold(s, state(view({ state: "talking", call: { ...call, block: "may", silent } })), T);
  assert.ok(!waits(s, "silent.ask"));
  s = fold(asked(s, "block"), state(view({ state: "talking", call: { ...call, block: "held", silent } })), T);
  assert.ok(!waits(s, "block"));
  s = fold(asked(s, "block"), { type: "notice", notice: { code: "block_unknown", contact: "C1" } }, T);
  assert.ok(!waits(s, "block"));
  assert.equal(s.told.at(-1)?.notice.code, "block_unknown");
  const before = s.told.length;
  s = fold(s, { type: "notice", notice: { code: "silent_answered", contact: "C1", key: "yes" } }, T);
  assert.equal(s.told.length, before, "the state shows the answer");
  const wrapup = { contact: "C1", label: "Q", talk_ms: 1, until: "2026-11-23T19:02:00Z", ended_by: "agent" as const, rest: true };
  s = fold(s, state(view({ state: "wrapup", wrapup })), T);
  s = fold(asked(s, "rest"), state(view({ state: "wrapup", next: "paused", wrapup: { ...wrapup, rest: false } })), T);
  assert.ok(!waits(s, "rest"));
});

test("the questions to a silent caller are closed with her call", () => {
  let s: Snapshot = { ...fold(blank("en"), state(view({ state: "talking", call })), T), silentOpen: true };
  s = fold(s, state(view({ state: "talking", call: { ...call, muted: true } })), T);
  assert.ok(s.silentOpen);
  assert.ok(!fold(s, state(view({ state: "talking", call: { ...call, contact: "C2" } })), T).silentOpen);
  assert.ok(!fold(s, state(view({ state: "ready" })), T).silentOpen);
});
