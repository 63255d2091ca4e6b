import assert from "node:assert/strict";
import { test } from "node:test";
import { worst } from "../board/alarms";
import { ROOM, turn, TURN_MS, urgentFirst } from "../board/tv";
import type { Alarm } from "../board/state";
import type { WaitingCaller } from "../admin/api";

test("a television shows the worst alarms", () => {
  const of = (kind: Alarm["kind"], ms?: number) => ({ key: kind + ms, kind, what: "", ms });
  assert.deepEqual(worst([of("books"), of("wait", 1), of("trunk"), of("wait", 9), of("danger", 3), of("sos"), of("drill")]).map((x) => x.key),
    ["sosundefined", "danger3", "wait9", "wait1", "trunkundefined", "booksundefined", "drillundefined"]);
});

test("all of a long list has its turn, and a short one stays", () => {
  const list = Array.from({ length: 2 * ROOM.people + 1 }, (_, i) => i);
  const seen = [0, 1, 2].flatMap((n) => turn(list, ROOM.people, n * TURN_MS).part);
  assert.deepEqual(seen, list);
  assert.deepEqual(turn(list, ROOM.people, 3 * TURN_MS).from, 0);
  assert.deepEqual(turn([1, 2], 2, 12_345), { part: [1, 2], from: 0 });
  assert.deepEqual(turn([], 2, 0), { part: [], from: 0 });
});

test("a caller in danger is on the screen however many wait", () => {
  const c = (contact: string, danger = false) => ({ contact, danger }) as WaitingCaller;
  assert.deepEqual(urgentFirst([c("a"), c("b"), c("c", true)]).map((x) => x.contact), ["c", "a", "b"]);
});
