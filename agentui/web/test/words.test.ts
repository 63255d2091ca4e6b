import { strict as assert } from "node:assert";
import { test } from "node:test";
import { en } from "../i18n/en";
import { id } from "../i18n/id";
import { adminEn } from "../i18n/admin-en";
import { adminId } from "../i18n/admin-id";

// The compiler sees missing words; these see empty and untranslated ones.
function walk(a: unknown, b: unknown, path: string, seen: (path: string, a: string, b: string) => void): void {
  if (typeof a === "string") seen(path, a, b as string);
  else if (a && typeof a === "object") for (const k of Object.keys(a)) walk((a as never)[k], (b as never)[k], `${path}.${k}`, seen);
}

test("no word is empty in one language only", () => {
  for (const [a, b] of [[en, id], [adminEn, adminId]] as const) {
    walk(a, b, "", (path, x, y) => assert.equal(x === "", y === "", path));
  }
});

test("sentences are translated", () => {
  for (const [a, b] of [[en, id], [adminEn, adminId]] as const) {
    walk(a, b, "", (path, x, y) => {
      if (x.split(" ").length > 2) assert.notEqual(x, y, path);
    });
  }
});

test("the names tests and scripts rely on", () => {
  assert.deepEqual([en.startShift, en.endShift, en.ready, en.pause, en.answer, en.decline, en.hangUp, en.hold, en.resume, en.mute, en.unmute, en.keypad, en.transfer, en.finishWrapUp],
    ["Start shift", "End shift", "Ready", "Pause", "Answer", "Decline", "Hang up", "Hold", "Resume", "Mute", "Unmute", "Keypad", "Transfer", "Finish wrap-up"]);
});
