import { strict as assert } from "node:assert";
import { beforeEach, test } from "node:test";
import { actionOf, actions, fits, keepKeys, keptKeys, nameOf, usualKeys, type Press } from "../keys";

const shelf = new Map<string, string>();
(globalThis as { localStorage?: unknown }).localStorage = { getItem: (k: string) => shelf.get(k) ?? null, setItem: (k: string, v: string) => void shelf.set(k, v) };
beforeEach(() => shelf.clear());

const press = (part: Partial<Press>): Press => ({ key: "", code: "", shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...part });

test("a press has one name, whatever sign Alt makes of it", () => {
  assert.equal(nameOf(press({ key: "F4", code: "F4", shiftKey: true })), "Shift+F4");
  assert.equal(nameOf(press({ key: "Â", code: "KeyM", altKey: true, shiftKey: true })), "Alt+Shift+M");
  assert.equal(nameOf(press({ key: "F4", code: "F4", ctrlKey: true })), "Control+F4");
});

test("the usual keys fit, are all different, and those of the browser and of writing do not", () => {
  for (const a of actions) assert.ok(fits(usualKeys[a]), a);
  assert.equal(new Set(Object.values(usualKeys)).size, actions.length);
  for (const name of ["F1", "F5", "F12", "M", "Shift+M", "Alt+M", "Control+F4", "Escape", "Tab", "Enter", " ", "Meta+Shift+M", "F25"]) assert.ok(!fits(name), name);
  for (const name of ["F2", "Shift+F9", "F13", "Alt+Shift+M", "Alt+Shift+1"]) assert.ok(fits(name), name);
});

test("her keys are kept; what does not fit, or is there twice, is the usual", () => {
  assert.deepEqual(keptKeys(), usualKeys);
  keepKeys({ ...usualKeys, mute: "Alt+Shift+M" });
  assert.equal(keptKeys().mute, "Alt+Shift+M");
  assert.equal(actionOf(keptKeys(), "Alt+Shift+M"), "mute");
  assert.equal(actionOf(keptKeys(), "F4"), null);
  keepKeys({ ...usualKeys, mute: "M" });
  assert.deepEqual(keptKeys(), usualKeys);
  keepKeys({ ...usualKeys, mute: "F9" });
  assert.deepEqual(keptKeys(), usualKeys, "F9 must not hang up and mute");
  shelf.set("sahut.keys", "[");
  assert.deepEqual(keptKeys(), usualKeys);
});
