import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { Routing } from "../admin/api";
import { entriesOf, missing } from "../admin/way";

const queue = (id: string, more: object = {}) => ({ id, label: id.toUpperCase(), exit: { words: "closing" }, ...more });
const doc = {
  numbers: [{ number: "1", queue: "hotline", menu: "" }, { number: "2", queue: "hotline", menu: "main" }, { number: "3", queue: "teens", menu: "gone" }],
  menus: [{ id: "main", prompt: "menu", queue: "hotline", choices: [{ key: "1", danger: true }, { key: "2", queue: "teens" }, { key: "3", menu: "second" }] },
    { id: "second", prompt: "more", queue: "teens", choices: [{ key: "1", queue: "night" }] }],
  queues: [queue("hotline"), queue("teens", { exit: { queue: "hotline" } }), queue("night"), queue("lonely", { when_closed: { queue: "night" } })],
} as unknown as Routing;

test("a queue is reached by its numbers, by keys, by who presses nothing, and from other queues", () => {
  const e = entriesOf(doc, "hotline");
  assert.deepEqual(e.numbers, [{ number: "1", menu: "" }, { number: "2", menu: "main" }]);
  assert.deepEqual(e.menus.map((m) => [m.menu.id, m.keys, m.silent, m.away.map((c) => c.key)]), [["main", ["1"], true, ["2", "3"]]]);
  assert.deepEqual(e.queues, ["TEENS"]);
});

test("the second menu leads on; a menu that is gone does not", () => {
  const e = entriesOf(doc, "night");
  assert.deepEqual(e.numbers, [{ number: "2", menu: "main" }]);
  assert.deepEqual(e.menus.map((m) => m.menu.id), ["second"]);
  assert.deepEqual(entriesOf(doc, "teens").numbers, [{ number: "2", menu: "main" }, { number: "3", menu: "" }]);
});

test("what nothing leads to", () => {
  assert.deepEqual(entriesOf(doc, "lonely"), { numbers: [], menus: [], queues: [] });
});

test("queues that nobody reaches or answers are found", () => {
  const queue = (id: string, to = "") => ({ id, label: id === "a" ? "A" : "", exit: { queue: to } });
  const doc = { numbers: [{ number: "021", queue: "a" }], queues: [queue("a", "b"), queue("b"), queue("c")], agents: [{ id: "sari", queues: ["a", "c"] }] } as unknown as Routing;
  assert.deepEqual(missing(doc), [{ queue: "b", numbers: true, volunteers: false }, { queue: "c", numbers: false, volunteers: true }]);
});
