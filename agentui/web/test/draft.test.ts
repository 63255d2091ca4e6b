import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { Field, Routing } from "../admin/api";
import { changes, moved, renamed, shortDuration, valueAt, valuesAt, withValue } from "../admin/draft";

const base = {
  numbers: [{ number: "021", queue: "a", language: "id" }],
  queues: [{ id: "a", ring_for: "20s", exit: { words: "closing" } }, { id: "b", ring_for: "20s", exit: { queue: "a" } }],
  agents: [{ id: "sari", name: "Sari", queues: ["a"] }],
  pause_reasons: [], dispositions: [],
} as unknown as Routing;

test("a value is set in a copy", () => {
  const next = withValue(base, "queues[1].exit.queue", "b");
  assert.equal(valueAt(next, "queues[1].exit.queue"), "b");
  assert.equal(valueAt(base, "queues[1].exit.queue"), "a");
  assert.equal(next.queues[0], base.queues[0], "the rest is shared");
  assert.equal(valueAt(base, "queues[9].exit.words"), undefined);
});

test("changes name their place as a person would", () => {
  assert.deepEqual(changes(base, base), []);
  assert.deepEqual(changes(base, withValue(base, "queues[0].ring_for", "25s")), [{ key: "queues.a.ring_for", old: "20s", new: "25s" }]);
  assert.deepEqual(changes(base, withValue(base, "agents[0].queues", ["a", "b"])), [{ key: "agents.sari.queues", old: ["a"], new: ["a", "b"] }]);
  const swapped = { ...base, queues: moved(base.queues, 0, 1) };
  assert.deepEqual(changes(base, swapped).map((c) => c.key), ["queues.order"]);
  const fewer = { ...base, queues: base.queues.slice(0, 1) };
  assert.deepEqual(changes(base, fewer).map((c) => [c.key, c.new]), [["queues.b", undefined]]);
  assert.equal(changes(base, withValue(base, "queues[0].exit", { queue: "b" })).length, 2);
});

test("a new name leads along what names it, and nothing else", () => {
  const fields = ["numbers[].queue", "queues[].exit.queue", "agents[].queues"].map((key) => ({ key, refers: "queues" }) as Field);
  const { doc, places } = renamed(base, [...fields, { key: "agents[].id", refers: "" } as Field], "queues", "a", "night");
  assert.equal(places, 3);
  assert.equal(valueAt(doc, "numbers[0].queue"), "night");
  assert.equal(valueAt(doc, "queues[1].exit.queue"), "night");
  assert.deepEqual(valueAt(doc, "agents[0].queues"), ["night"]);
  assert.equal(valueAt(doc, "queues[0].id"), "a");
  assert.equal(renamed(base, fields, "menus", "a", "b").places, 0);
});

test("durations lose only what says nothing", () => {
  assert.equal(shortDuration("2m0s"), "2m");
  assert.equal(shortDuration("1h0m0s"), "1h");
  assert.equal(shortDuration("1m30s"), "1m30s");
  assert.equal(shortDuration("20s"), "20s");
  assert.equal(shortDuration("0s"), "0s");
});

test("every value of a key, wherever it is", () => {
  const doc = { queues: [{ greeting: "hello", when_closed: { words: "shut" }, ladder: [{ prompt: "hold" }], comfort: ["calm", "still"] }, { greeting: "", ladder: null }], blocked: { prompt: "no" } };
  assert.deepEqual(valuesAt(doc, "queues[].ladder[].prompt"), [{ path: "queues[0].ladder[0].prompt", value: "hold" }]);
  assert.deepEqual(valuesAt(doc, "queues[].when_closed.words").map((v) => v.value), ["shut"]);
  assert.deepEqual(valuesAt(doc, "queues[].comfort"), [{ path: "queues[0].comfort[0]", value: "calm" }, { path: "queues[0].comfort[1]", value: "still" }]);
  assert.deepEqual(valuesAt(doc, "blocked.prompt"), [{ path: "blocked.prompt", value: "no" }]);
  assert.deepEqual(valuesAt(doc, "messages.thanks"), []);
});
