import assert from "node:assert/strict";
import { test } from "node:test";
import { runs } from "../board/kpi";
import { queryToday, type Board } from "../board/state";

test("a course is a line for each run of hours that have a figure", () => {
  assert.deepEqual(runs([null, null]), []);
  assert.equal(runs([1, 2, null, 3]).length, 2);
  assert.deepEqual(runs([0, 10, null]), ["2.0,20.0 6.0,2.0"]);
  assert.deepEqual(runs([null, 5]), ["6.0,2.0"]); // one hour alone: a dot
});

test("the calls behind a figure of today are those of its time", () => {
  const b = { today: { from: "2026-11-29T00:00:00+07:00", at: "2026-11-29T10:20:05+07:00", t: "20s" } } as Board;
  const of = (start: string, queue: string) => Object.fromEntries(new URLSearchParams(queryToday(b, start, queue)));
  assert.deepEqual(of("", ""), { from: "2026-11-28T17:00:00.000Z", to: "2026-11-29T03:20:05.000Z", t: "20s" });
  assert.deepEqual(of("2026-11-29T01:00:00Z", "hotline"), { from: "2026-11-29T01:00:00.000Z", to: "2026-11-29T02:00:00.000Z", t: "20s", queue: "hotline" });
  assert.equal(of("2026-11-29T03:00:00Z", "").to, "2026-11-29T03:20:05.000Z"); // the hour that runs
});
