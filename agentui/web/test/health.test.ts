import assert from "node:assert/strict";
import { test } from "node:test";
import { health } from "../board/health";
import type { Line, Scene } from "../board/state";
import { boardWords } from "../i18n/board";

const of = (state: string, path: string | undefined, quality?: object, device = "browser") =>
  health({ s: { board: { paths: { sari: path }, quality: quality ? { sari: quality } : {} } }, b: boardWords("en") } as unknown as Scene, { agent: "sari", state, device } as Line);

test("the way to a volunteer is told in words", () => {
  assert.deepEqual(of("ready", undefined), { words: "no sound", mood: "bad" });
  assert.deepEqual(of("ready", "connecting"), { words: "sound connects", mood: "bad" });
  assert.deepEqual(of("ready", "connected"), { words: "", mood: "" });
  assert.deepEqual(of("ready", undefined, undefined, "mobile"), { words: "by mobile", mood: "" });
  assert.deepEqual(of("talking", "connected", { in: "good", out: "good" }), { words: "good sound", mood: "ok" });
  assert.deepEqual(of("talking", "connected", { in: "poor", out: "fair" }), { words: "hears badly", mood: "bad" });
  assert.deepEqual(of("talking", "connected", { out: "fair" }), { words: "is heard with gaps", mood: "warn" });
  assert.deepEqual(of("held", "connected", { in: "poor", out: "poor" }), { words: "bad sound both ways", mood: "bad" });
});

test("what was in her last talk is no alarm now", () => {
  assert.deepEqual(of("ready", "connected", { in: "poor" }), { words: "last talk: hears badly", mood: "" });
});
