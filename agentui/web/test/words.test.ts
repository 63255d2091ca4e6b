import { strict as assert } from "node:assert";
import { test } from "node:test";
import { en } from "../i18n/en";
import { id } from "../i18n/id";
import { adminEn } from "../i18n/admin-en";
import { adminId } from "../i18n/admin-id";
import { boardEn } from "../i18n/board-en";
import { boardId } from "../i18n/board-id";
import { reportEn } from "../i18n/report-en";
import { reportId } from "../i18n/report-id";

const files = { page: [en, id], admin: [adminEn, adminId], board: [boardEn, boardId], report: [reportEn, reportId] } as const;

// The compiler sees a missing word, but not one in a map of any keys, nor an empty
// or untranslated one; these do, however deep it is.
function walk(a: unknown, b: unknown, path: string, seen: (path: string, a: unknown, b: unknown) => void): void {
  seen(path, a, b);
  if (!a || typeof a !== "object" || !b || typeof b !== "object") return;
  for (const k of new Set([...Object.keys(a), ...Object.keys(b)])) walk((a as never)[k], (b as never)[k], `${path}.${k}`, seen);
}

function both(seen: (path: string, a: unknown, b: unknown) => void): void {
  for (const [name, [a, b]] of Object.entries(files)) walk(a, b, name, seen);
}

test("every word is there in both languages, and of the same kind", () => {
  let words = 0;
  both((path, a, b) => {
    words++;
    assert.equal(typeof a, typeof b, path);
    assert.equal(Array.isArray(a), Array.isArray(b), path);
  });
  assert.ok(words > 1000, `only ${words} words were looked at`);
});

test("no word is empty in one language only", () => {
  both((path, a, b) => { if (typeof a === "string") assert.equal(a === "", b === "", path); });
});

test("sentences are translated", () => {
  both((path, a, b) => { if (typeof a === "string" && a.split(" ").length > 2) assert.notEqual(a, b, path); });
});

test("the names tests and scripts rely on", () => {
  assert.deepEqual([en.startShift, en.endShift, en.ready, en.pause, en.answer, en.decline, en.hangUp, en.hold, en.resume, en.mute, en.unmute, en.keypad, en.transfer, en.finishWrapUp],
    ["Start shift", "End shift", "Ready", "Pause", "Answer", "Decline", "Hang up", "Hold", "Resume", "Mute", "Unmute", "Keypad", "Transfer", "Finish wrap-up"]);
});
