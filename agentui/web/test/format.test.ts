import { strict as assert } from "node:assert";
import { test } from "node:test";
import { at, clock, seconds, spell, timer } from "../format";

test("timers use the language's sign and never go below zero", () => {
  assert.equal(timer(751_000, "en"), "12:31");
  assert.equal(timer(751_900, "id"), "12.31");
  assert.equal(timer(3_723_000, "en"), "1:02:03");
  assert.equal(timer(-5000, "en"), "0:00");
});

test("durations are spelled in words", () => {
  assert.equal(spell(100_000, "en"), "1 min 40 s");
  assert.equal(spell(100_000, "id"), "1 mnt 40 dtk");
  assert.equal(spell(0, "en"), "0 s");
  assert.equal(spell(7_500_000, "en"), "2 h 5 min");
});

test("the clock is written as the language does", () => {
  const noon = new Date(2026, 10, 23, 18, 42).getTime();
  assert.equal(clock(noon, "id"), "18.42");
  assert.equal(clock(noon, "en"), "18:42");
});

test("Go's durations are read whole or not at all", () => {
  assert.equal(seconds("2m30s"), 150);
  assert.equal(seconds("1h0m0s"), 3600);
  assert.equal(seconds("500ms"), 0.5);
  assert.ok(Number.isNaN(seconds("20")));
  assert.ok(Number.isNaN(seconds("20s later")));
});

test("a missing time is 0", () => {
  assert.equal(at(undefined), 0);
  assert.equal(at("nonsense"), 0);
  assert.equal(at("1970-01-01T00:00:01Z"), 1000);
});
