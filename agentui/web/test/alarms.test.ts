import assert from "node:assert/strict";
import { test } from "node:test";
import { alarmsOf, lasting } from "../board/alarms";
import { bars } from "../board/chart";
import type { Board } from "../board/state";

const now = Date.parse("2026-11-24T10:00:00Z");
const ago = (s: number) => new Date(now - s * 1000).toISOString();
const queue = (waiting: number, ready: number, talking: number) => ({ queue: "hotline", label: "Hotline", waiting, ready, talking });
const board = (part: object): Board => ({ now: ago(0), status: { queues: [queue(0, 1, 0)], agents: [] }, waiting: [], paths: {}, trunks: [], today: { hours: [] }, conservation: true, you: { state: "ready", may: true }, ...part }) as unknown as Board;
const keys = (part: object) => alarmsOf(board(part)).map((x) => x.key);
const caller = (s: number, part: object = {}) => ({ contact: "C1", queue: "hotline", since: ago(s), class: "normal", ...part });

test("a quiet night is no alarm", () => assert.deepEqual(keys({}), []));
test("a long wait is one, a caller in danger sooner, a call-back never", () => {
  assert.deepEqual(keys({ waiting: [caller(119)] }), []);
  assert.deepEqual(keys({ waiting: [caller(120)] }), ["wait-C1"]);
  assert.deepEqual(keys({ waiting: [caller(19, { danger: true })] }), []);
  assert.deepEqual(keys({ waiting: [caller(20, { danger: true })] }), ["danger-C1"]);
  assert.deepEqual(keys({ waiting: [caller(999, { callback: true })] }), []);
});
test("many who wait long are one alarm a queue, with the longest wait", () => {
  const all = alarmsOf(board({ waiting: [caller(130), caller(500, { contact: "C2" }), caller(140, { contact: "C3" }), caller(150, { contact: "C4", queue: "other" }), caller(90, { contact: "C5" }), caller(600, { contact: "C6", danger: true })] }));
  assert.deepEqual(all.map((x) => [x.key, x.n, x.ms]), [["waits-Hotline", 3, 500_000], ["wait-C4", undefined, 150_000], ["danger-C6", undefined, 600_000]]);
});
test("callers who wait with nobody there", () => {
  assert.deepEqual(keys({ status: { queues: [queue(1, 0, 0)] } }), ["nobody-hotline"]);
  assert.deepEqual(keys({ status: { queues: [queue(1, 0, 2)] } }), []);
});
test("a volunteer who is rung or writes is there, one on a break is not", () => {
  const one = (state: string, of = "hotline") => keys({ status: { queues: [queue(1, 0, 0)], agents: [{ agent: "sari", name: "Sari", state, since: ago(5), queues: [of] }] } });
  for (const there of ["offered", "wrapup", "reconnecting", "assisting"]) assert.deepEqual(one(there), [], there);
  for (const gone of ["paused", "offline", "checking", "not_responding", "media_fault"]) assert.deepEqual(one(gone), ["nobody-hotline"], gone);
  assert.deepEqual(one("wrapup", "other"), ["nobody-hotline"]);
});
test("an alarm that was put aside and is over is one again when it comes back", () => {
  const alarms = alarmsOf(board({ status: { queues: [queue(1, 0, 0)] } }));
  assert.deepEqual(lasting(["nobody-hotline", "wait-C1"], alarms), ["nobody-hotline"]);
  assert.deepEqual(lasting(["nobody-hotline"], alarmsOf(board({}))), []);
});
test("who has not come to her shift", () => {
  const line = { agent: "sari", name: "Sari", state: "offline", since: ago(9000), queues: [] };
  assert.deepEqual(keys({ status: { queues: [], agents: [line] } }), []);
  assert.deepEqual(keys({ status: { queues: [], agents: [{ ...line, late: ago(900) }] } }), [`late-sari-${ago(900)}`]);
});
test("who would like to talk to somebody", () => {
  assert.deepEqual(keys({ you: { debriefs: [{ agent: "sari", name: "Sari", since: ago(60) }] } }), [`debrief-sari-${ago(60)}`]);
});
test("a message nobody took for too long, as the server says", () => {
  assert.deepEqual(keys({ unheard: [{ id: "C7", queue: "hotline", at: ago(4000) }] }), ["message-C7"]);
});
test("each outage of a trunk is an alarm of its own", () => {
  assert.deepEqual(keys({ trunks: [{ name: "a", up: true, since: "x" }, { name: "b", up: false, since: "y" }] }), ["trunk-b-y"]);
});
test("a call-back that was not safe, however few there were", () => {
  const today = (n: number, value: number) => ({ today: { from: "m", hours: [], all: { kpis: [{ id: "callback_safety", unit: "percent", value, n, shown: n >= 5 }] } } });
  assert.deepEqual(keys(today(0, 0)), []);
  assert.deepEqual(keys(today(9, 100)), []);
  assert.deepEqual(keys(today(2, 50)), ["unsafe-m-1"]);
  assert.deepEqual(keys(today(300, 100 * (299 / 300))), ["unsafe-m-1"]);
});
test("the drill, the books, and who calls for help until somebody comes", () => {
  assert.deepEqual(keys({ status: { queues: [], drill: { at: "t", ok: false, stage: "menu" } }, conservation: false }), ["drill-t", "books"]);
  assert.deepEqual(keys({ status: { queues: [], draining: true } }), ["draining"]);
  const sos = { contact: "T1", name: "Sari" };
  assert.deepEqual(keys({ sos: [sos] }), ["sos-T1"]);
  assert.deepEqual(keys({ sos: [{ ...sos, answered: "Rina" }] }), []);
});
test("the day has a bar for each hour that began, of all queues", () => {
  const h = (start: string, answered: number, abandoned: number) => ({ start, queue: "q", offered: 0, answered, abandoned, abandoned_short: 0, unserved: 1 });
  const list = bars([h("2026-11-24T08:00:00Z", 3, 1), h("2026-11-24T08:30:00Z", 2, 0), h("2026-11-24T09:00:00Z", 1, 0)], Date.parse("2026-11-24T08:00:00Z"), now);
  assert.deepEqual(list.map((b) => [b.answered, b.left]), [[5, 3], [1, 1], [0, 0]]);
});
