import assert from "node:assert/strict";
import { test } from "node:test";
import { sentence, type Teller } from "../board/story";
import type { Entry } from "../board/state";
import { boardWords } from "../i18n/board";

const teller = (lang: "en" | "id"): Teller => ({
  lang, b: boardWords(lang), outcomes: { answered: "Answered" }, reasons: { paused: "is on a pause", offline: "is off shift" }, nobody: "No volunteer answers this queue.", dispositions: { listened: { en: "Listened", id: "Mendengarkan" } },
  queue: (id) => (id === "hotline" ? "Hotline" : id), agent: (id) => (id === "sari" ? "Sari" : id),
});
const say = (e: Partial<Entry> & { kind: string }, lang: "en" | "id" = "en") => sentence({ at: "", ...e }, teller(lang));

test("codes become words and ids become names", () => {
  assert.equal(say({ kind: "queue.left", queue: "hotline", reason: "queue_deleted" }), "She left Hotline: the queue was taken away.");
  assert.equal(say({ kind: "wrapup.done", agent: "sari", reason: "listened" }, "id"), "Sari selesai mencatat: Mendengarkan.");
  assert.equal(say({ kind: "note.read", agent: "sari", by: "sari" }), "Sari read the note of Sari.");
  assert.equal(say({ kind: "cut.agreed", reason: "we_call" }), "If the call breaks: we call her.");
  assert.equal(say({ kind: "queue.left", queue: "hotline", reason: "abandon", stage: "ringing", position: 2 }), "She left Hotline: she hung up while somebody was rung for her, from place 2.");
  assert.equal(say({ kind: "queue.why", result: "sari:paused offline=28" }), "Nobody was rung: Sari is on a pause; 28 × is off shift.");
  assert.equal(say({ kind: "room.left", target: "agent:sari" }), "Sari left.");
  assert.equal(say({ kind: "room.left", target: "number:••••114" }), "••••114 left.");
});

test("what is missing leaves no hole in the sentence", () => {
  assert.equal(say({ kind: "wrapup.done", agent: "sari" }), "Sari finished her notes.");
  assert.equal(say({ kind: "queue.entered", queue: "hotline" }), "She entered Hotline.");
});

test("a code of a newer server is no riddle", () => {
  assert.equal(say({ kind: "moon.risen" }), "moon risen");
  assert.equal(say({ kind: "queue.left", queue: "hotline", reason: "new_way" }), "She left Hotline: new way.");
});

test("every sentence can be said in both languages without its details", () => {
  for (const lang of ["en", "id"] as const) for (const kind of Object.keys(boardWords(lang).events)) {
    const bare = say({ kind, agent: "sari", queue: "hotline", by: "sari" }, lang);
    assert.match(bare, /^\S.*[.]$/, kind);
    assert.doesNotMatch(bare, /undefined|[.]{2}|:[.]|[(][)]/, kind);
  }
  assert.deepEqual(Object.keys(boardWords("id").events), Object.keys(boardWords("en").events));
  assert.deepEqual(Object.keys(boardWords("id").why).sort(), Object.keys(boardWords("en").why).sort());
});
