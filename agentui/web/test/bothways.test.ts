import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { AgentView, ServerMessage } from "../messages";
import { blank, fold, type Quality, type Snapshot } from "../store";
import { bothWays, overall, soundGone } from "../volunteer/bothways";

const T = 0;
const call = { contact: "C1", queue: "q", label: "Q", caller: "", wait_ms: 0, connecting: false, started: "2026-11-23T19:00:00Z", held: false, muted: false, keys: "" };
const state = (c: Partial<typeof call> = {}): ServerMessage => ({ type: "state", now: "2026-11-23T19:00:00Z", view: { state: "talking", since: "2026-11-23T19:00:00Z", queues: [], call: { ...call, ...c } } as AgentView });
const way = (grade: Quality) => ({ grade, loss: 0, jitter_ms: 1 });
const talking = fold({ ...blank("en"), link: "live" }, state(), T);
const own = (s: Snapshot, quality: Quality | null): Snapshot => ({ ...s, sound: { ...s.sound, quality } });

test("each direction is as its worse leg, and says whose it is", () => {
  const s = own(fold(talking, { type: "quality", contact: "C1", you_in: way("good"), you_out: way("fair"), caller_in: way("poor"), caller_out: way("good"), rtt_ms: 40 }, T), "good");
  assert.deepEqual(bothWays(s), { hears: { quality: "poor", whose: "hers" }, heard: { quality: "fair", whose: "mine" } });
  assert.equal(overall(s), "poor");
  assert.deepEqual(bothWays(own(s, "poor")).hears, { quality: "poor", whose: "mine" }, "where both are bad hers is mended first");
});

test("what nobody knows is not said", () => {
  assert.deepEqual(bothWays(talking), { hears: null, heard: null });
  assert.equal(overall(talking), null);
  const s = own(talking, "poor");
  assert.deepEqual(bothWays(s), { hears: { quality: "poor", whose: "mine" }, heard: null }, "what her browser hears says nothing of what the caller hears");
});

test("without a wire only her own ears count", () => {
  const s: Snapshot = { ...fold(talking, { type: "quality", contact: "C1", you_in: way("good"), caller_out: way("good"), rtt_ms: 40 }, T), link: "retrying" };
  assert.deepEqual(bothWays(s), { hears: null, heard: null });
  const live = (quality: Quality | null) => ({ ...own(s, quality), sound: { ...s.sound, phase: "live" as const, quality } });
  assert.equal(soundGone(live("good")), false);
  assert.equal(soundGone(live("poor")), true);
  assert.equal(soundGone({ ...live("good"), sound: { ...live("good").sound, phase: "restarting" } }), true);
});

test("the figures are of this talk, and end with it and with hold", () => {
  const q: ServerMessage = { type: "quality", contact: "C1", you_out: way("poor"), rtt_ms: 40 };
  assert.equal(fold(talking, { ...q, contact: "C0" }, T).talk, null);
  const s = fold(talking, q, T);
  assert.ok(fold(s, state({ muted: true }), T).talk);
  assert.equal(fold(s, state({ held: true }), T).talk, null);
  assert.equal(fold(s, state({ contact: "C2" }), T).talk, null);
});
