import assert from "node:assert/strict";
import { test } from "node:test";
import { blankState, dayIn, isPressed, midnight, moved, preset, presets, query, queryOf, total, type Asked, type Report } from "../reports/state";

const tuesday = Date.parse("2026-11-24T01:30:00+07:00"); // in Jayapura 3.30, in UTC still Monday

test("presets are days of the zone", () => {
  assert.deepEqual(preset("today", tuesday, "Asia/Jakarta"), { from: "2026-11-24", to: "2026-11-24", step: "hour" });
  assert.deepEqual(preset("yesterday", tuesday, "Asia/Jakarta"), { from: "2026-11-23", to: "2026-11-23", step: "hour" });
  assert.deepEqual(preset("week", tuesday, "Asia/Jakarta"), { from: "2026-11-23", to: "2026-11-24", step: "day" });
  assert.deepEqual(preset("last_week", tuesday, "Asia/Jakarta"), { from: "2026-11-16", to: "2026-11-22", step: "day" });
  assert.deepEqual(preset("last_month", tuesday, "Asia/Jayapura"), { from: "2026-10-01", to: "2026-10-31", step: "day" });
  assert.deepEqual(preset("last_month", Date.parse("2026-01-05T12:00:00+07:00"), "Asia/Jakarta"), { from: "2025-12-01", to: "2025-12-31", step: "day" });
  assert.deepEqual(preset("week", Date.parse("2026-11-29T23:59:00+07:00"), "Asia/Jakarta").from, "2026-11-23"); // a Sunday
});

test("midnight is the zone's", () => {
  assert.equal(new Date(midnight("2026-11-24", "Asia/Makassar")).toISOString(), "2026-11-23T16:00:00.000Z");
  assert.equal(dayIn(Date.parse("2026-11-23T16:00:00Z"), "Asia/Makassar"), "2026-11-24");
  assert.equal(dayIn(Date.parse("2026-11-23T16:00:00Z"), "Asia/Jakarta"), "2026-11-23");
});

test("the last day is included, and a row asks for itself alone", () => {
  const asked: Asked = { from: "2026-11-25", to: "2026-11-26", step: "week", queue: "", agents: ["a", "b", "c"], zone: "Asia/Jakarta", t: 20, s: 5 };
  const p = new URLSearchParams(query(asked));
  assert.equal(p.get("from"), "2026-11-24T17:00:00.000Z");
  assert.equal(p.get("to"), "2026-11-26T17:00:00.000Z");
  assert.deepEqual(p.getAll("agent"), ["a", "b", "c"]);
  const row = new URLSearchParams(queryOf(asked, "2026-11-22T17:00:00Z")); // the week began before
  assert.equal(row.get("from"), p.get("from"));
  assert.equal(row.get("to"), p.get("to"));
  const day = new URLSearchParams(queryOf({ ...asked, step: "day" }, "2026-11-25T17:00:00Z"));
  assert.equal(day.get("from"), "2026-11-25T17:00:00.000Z");
});

test("a report stays what it was computed for while the form moves on", () => {
  const s = blankState("en", tuesday);
  assert.equal(moved(s), false);
  assert.equal(moved({ ...s, asked: { ...s.asked, t: 30 } }), true);
  assert.equal(moved({ ...s, asked: { ...s.asked, agents: ["a", "b", "c"] } }), true);
});

test("the sum is of the queue that was asked for, and of a queue nobody called it is nought", () => {
  const line = (queue: string, offered: number) => ({ queue, offered, kpis: [] });
  const report = { all: line("", 9), queues: [line("a", 9)] } as unknown as Report;
  const { shown } = blankState("en", tuesday);
  assert.equal(total(report, shown).offered, 9);
  assert.equal(total(report, { ...shown, queue: "a" }).offered, 9);
  assert.equal(total(report, { ...shown, queue: "b" }).offered, 0);
});

test("one period is pressed at a time, also on a Monday, and none when its days changed", () => {
  const monday = Date.parse("2026-11-23T09:00:00+07:00");
  const s = blankState("en", monday);
  const down = (pressed: (typeof presets)[number] | "", asked = { ...s.asked, ...(pressed ? preset(pressed, monday, "Asia/Jakarta") : {}) }, now = monday) => presets.filter((p) => isPressed({ asked, pressed }, p, now));
  for (const p of presets) assert.deepEqual(down(p), [p]);
  assert.deepEqual(down("today", { ...s.asked, from: "2026-11-22", to: "2026-11-23" }), []);
  assert.deepEqual(down("today", undefined, monday + 86_400_000), []);
  assert.deepEqual(down(""), []);
});
