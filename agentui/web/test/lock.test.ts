import assert from "node:assert/strict";
import test from "node:test";
import { PageLock } from "../lock";
import { blank, fold } from "../store";

function page(statuses: number[]) {
  const asked: string[] = [], covered: boolean[] = [], timers: (() => void)[] = [];
  const lock = new PageLock({
    cover: (on) => covered.push(on), before: () => Promise.resolve(), later: (_, f) => timers.push(f),
    request: (what) => { asked.push(what); return Promise.resolve(statuses.shift() ?? 0); },
  }, 0);
  return { lock, asked, covered, timers };
}
const settle = () => new Promise((done) => setImmediate(done));

test("it covers at once and asks until the server has heard", async () => {
  const p = page([0, 500, 204]);
  p.lock.lock();
  assert.deepEqual(p.covered, [true]);
  await settle();
  assert.equal(p.lock.told(false), true); // a welcome of a server that has not heard opens nothing
  p.timers.shift()!();
  await settle();
  p.timers.shift()!();
  await settle();
  assert.deepEqual(p.asked, ["lock", "lock", "lock"]);
  assert.equal(p.timers.length, 0);
  assert.equal(p.lock.told(false), false);
});

test("only a good password opens it", async () => {
  const p = page([403, 429, 0, 204]);
  assert.equal(await p.lock.unlock("x", 1), "wrong");
  assert.equal(await p.lock.unlock("x", 1), "wait");
  assert.equal(await p.lock.unlock("x", 1), "failed");
  assert.deepEqual(p.covered, []);
  assert.equal(await p.lock.unlock("x", 1), "");
  assert.deepEqual(p.covered, [false]);
});

test("it is due after a while without a sign, if the server says so", () => {
  const p = page([]);
  assert.equal(p.lock.due(9e9), false);
  p.lock.lockAfter(600);
  assert.deepEqual([p.lock.due(599_999), p.lock.due(600_000)], [false, true]);
  p.lock.sign(300_000);
  assert.deepEqual([p.lock.due(899_999), p.lock.due(900_000)], [false, true]);
});

test("the store follows the server", () => {
  const welcome = { type: "welcome", version: 1, agent: "sari", name: "Sari", now: new Date(0).toISOString(), dispositions: null, pause_reasons: null, epoch: 1 } as const;
  let s = fold({ ...blank("en"), dialog: "transfer" }, { type: "locked", on: true }, 0);
  assert.deepEqual([s.locked, s.dialog], [true, ""]);
  assert.equal(fold(s, { ...welcome, locked: true }, 0).locked, true);
  assert.equal(fold(s, welcome, 0).locked, false);
  s = fold(s, { type: "locked", on: false }, 0);
  assert.equal(s.locked, false);
});
