import assert from "node:assert/strict";
import { test } from "node:test";
import type { Routing } from "../admin/api";
import { changes } from "../admin/draft";
import { merge } from "../admin/merge";

const queue = (id: string, ring: string, more: object = {}) => ({ id, label: id, ring_for: ring, exit: { words: "closing" }, ...more });
const doc = (queues: object[], more: object = {}) => ({ numbers: [{ number: "021", queue: "a", language: "id" }], queues, agents: [{ id: "sari", name: "Sari", queues: ["a"] }], pause_reasons: [], dispositions: [], ...more }) as unknown as Routing;
const base = doc([queue("a", "20s"), queue("b", "20s")]);

test("what each changed is put together", () => {
  const mine = doc([queue("a", "10s"), queue("b", "20s")]);
  const theirs = doc([queue("a", "20s", { label: "A" }), queue("b", "30s"), queue("c", "20s")]);
  const m = merge(base, mine, theirs);
  assert.deepEqual(m.both, []);
  assert.deepEqual(m.document, doc([queue("a", "10s", { label: "A" }), queue("b", "30s"), queue("c", "20s")]));
});

test("where both changed the same, one chooses", () => {
  const mine = doc([queue("a", "10s"), queue("b", "20s")]), theirs = doc([queue("a", "30s"), queue("b", "20s")]);
  const m = merge(base, mine, theirs);
  assert.deepEqual(m.both, [{ key: "queues.a.ring_for", base: "20s", mine: "10s", theirs: "30s" }]);
  assert.deepEqual(m.document, mine);
  assert.deepEqual(merge(base, mine, theirs, { "queues.a.ring_for": "theirs" }).document, theirs);
});

test("the same change by both is no question", () => {
  const both = doc([queue("a", "10s"), queue("b", "20s")]);
  assert.deepEqual(merge(base, both, both), { document: both, both: [] });
});

test("what one removed stays removed unless the other changed it", () => {
  const without = doc([queue("a", "20s")]);
  assert.deepEqual(merge(base, without, doc([queue("a", "30s"), queue("b", "20s")])).document, doc([queue("a", "30s")]));
  assert.deepEqual(merge(base, doc([queue("a", "30s"), queue("b", "20s")]), without).document, doc([queue("a", "30s")]));
  const m = merge(base, without, doc([queue("a", "20s"), queue("b", "30s")]));
  assert.equal(m.both[0]!.key, "queues.b");
  assert.deepEqual(m.document, without);
});

test("plain lists are one value, orders are kept", () => {
  const mine = doc([queue("b", "20s"), queue("a", "20s")]);
  const theirs = doc([queue("a", "20s"), queue("b", "30s")]);
  assert.deepEqual(merge(base, mine, theirs).document.queues.map((q) => `${q.id} ${q.ring_for}`), ["b 30s", "a 20s"]);
  const agents = (list: string[]) => doc([queue("a", "20s"), queue("b", "20s")], { agents: [{ id: "sari", name: "Sari", queues: list }] });
  assert.equal(merge(base, agents(["a", "b"]), agents([])).both[0]!.key, "agents.sari.queues");
});

test("nothing changed by me is exactly theirs", () => {
  const theirs = doc([queue("c", "20s"), queue("a", "30s")]);
  assert.deepEqual(merge(base, base, theirs).document, theirs);
  assert.deepEqual(changes(merge(base, theirs, base).document, theirs), []);
});
