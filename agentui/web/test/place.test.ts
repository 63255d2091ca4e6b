import { strict as assert } from "node:assert";
import { test } from "node:test";
import { placeWords, sectionOf } from "../admin/place";
import { blankState, type Scene } from "../admin/state";
import { adminEn } from "../i18n/admin-en";

const fields = [["queues", "Queues"], ["queues[].ring_for", "Ring for"], ["queues[].ladder", "Ladder"], ["queues[].ladder[].prompt", "Prompt"], ["care", "Care"], ["care.max_heavy", "Hard calls"], ["agents[].languages", "Languages"]]
  .map(([key, en]) => ({ key, label: { en, id: en } }));
const draft = { queues: [{ id: "a", label: "Hotline" }, { id: "b", label: "" }], agents: [{ id: "", name: "" }], numbers: [] };
const scene = { s: { ...blankState("en"), fields, draft }, a: adminEn } as unknown as Scene;

test("a mistake's place is told as people see it", () => {
  assert.equal(placeWords(scene, "queues[0].ring_for"), "Queue Hotline › Ring for");
  assert.equal(placeWords(scene, "queues[1].ladder[1].prompt"), "Queue b › Ladder 2 › Prompt");
  assert.equal(placeWords(scene, "agents[0].languages[0]"), "Volunteer 1 › Languages 1", "what has no name yet is counted");
  assert.equal(placeWords(scene, "care.max_heavy"), "Care › Hard calls");
  assert.equal(placeWords(scene, "queues"), "Queue");
});

test("each part of the document has a section", () => {
  assert.deepEqual(["queues[0].id", "agents[3]", "pause_reasons[0].code", "outgoing.rates[0]", "care.max_heavy", "flood"].map(sectionOf), ["queues", "volunteers", "choices", "outgoing", "rules", "rules"]);
});
