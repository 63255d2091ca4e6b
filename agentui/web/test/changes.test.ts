import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { Field, WireChange } from "../admin/api";
import { changeWords, fromServer } from "../admin/changes";
import { blankState } from "../admin/state";
import { adminWords } from "../i18n/admin";
import described from "../preview/fields.json";

const scene = (lang: "en" | "id") => ({ s: { ...blankState(lang), fields: described as Field[] }, a: adminWords(lang) });
const said = (c: Partial<WireChange>, lang: "en" | "id" = "en") => changeWords(scene(lang), fromServer({ kind: "changed", what: "queue", name: "hotline", ...c }));

test("the server's changes are told by the form's words", () => {
  assert.equal(said({ key: "ring_for", old: "20s", new: "25s" }), "queue hotline: “Ring for” changes from 20s to 25s");
  assert.equal(said({ key: "ring_for", old: "20s", new: "25s" }, "id"), "antrean hotline: “Lama berdering” berubah dari 20s menjadi 25s");
  assert.equal(said({ key: "exit.words", old: "closing" }), "queue hotline: “Closing words” changes from closing to nothing");
  assert.match(said({ key: "strategy", old: "longest_idle", new: "ring_all" }), /to Everyone at once$/);
  assert.match(said({ key: "supervision", old: "true", new: "false" }), /from yes to no$/);
  assert.equal(said({ kind: "added" }), "queue hotline is added");
  assert.equal(said({ kind: "removed", what: "pause reason", name: "break" }), "pause reason break is removed");
  assert.equal(said({ kind: "moved", name: "" }), "the order of the entries (queue) changes");
});

test("what is no list is told, too", () => {
  assert.equal(said({ what: "outgoing", name: "", key: "max_at_once", old: "2", new: "3" }), "calls out: “At once” changes from 2 to 3");
  assert.match(said({ what: "shifts", name: "", key: "weekly", old: "", new: "sari mon 08:00-16:00" }), /^shifts: “Every week” changes from nothing to sari mon/);
  assert.doesNotMatch(said({ what: "notes", name: "", key: "off", old: "false", new: "true" }), /removed|added|undefined/);
});
