import { strict as assert } from "node:assert";
import { test } from "node:test";
import { at, clock, dayAndTime, dayOf, hours, languageName, ofField, seconds, spell, timer, toField, useZone } from "../format";

process.env.TZ = "Asia/Jakarta"; // of the reader

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

test("languages have names", () => {
  assert.equal(languageName("en", "id"), "Inggris");
  assert.equal(languageName("jv", "en"), "Javanese");
  assert.equal(languageName("", "en"), "");
  assert.equal(languageName("!", "en"), "!");
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

test("times are of the house's clock, and its name shows where the reader's is another", () => {
  const ms = Date.parse("2026-11-23T11:42:00Z");
  useZone("Asia/Jakarta");
  assert.equal(clock(ms, "id"), "18.42");
  useZone("Asia/Makassar");
  assert.equal(clock(ms, "id"), "19.42 WITA");
  assert.equal(clock(ms, "en"), "19:42 WITA");
  assert.equal(clock(ms, "en", "Asia/Jayapura"), "20:42", "of a zone that is named beside it");
  assert.equal(hours(ms, ms + 3_600_000, "id"), "19.42–20.42 WITA");
  assert.equal(dayOf(Date.parse("2026-11-23T16:30:00Z"), "en"), "Tue 24 Nov");
  assert.match(dayAndTime("2026-11-23T11:42:00Z", "id"), /19\.42\.00 WITA$/);
  useZone("Nowhere/Land");
  assert.equal(clock(ms, "id"), "18.42", "an unknown zone is the reader's");
});

test("a field of date and time is of the house's clock, too", () => {
  useZone("Asia/Makassar");
  assert.equal(toField("2026-12-24T20:00:00+07:00"), "2026-12-24T21:00");
  assert.equal(ofField("2026-12-24T21:00"), "2026-12-24T21:00:00+08:00");
  useZone("Europe/Berlin");
  for (const local of ["2026-03-29T01:30", "2026-03-29T03:30", "2026-10-25T01:30", "2026-07-01T00:00"]) assert.equal(toField(ofField(local)), local);
  assert.equal(toField(""), "");
  assert.equal(ofField(""), "");
  useZone("");
});
