import assert from "node:assert/strict";
import { test } from "node:test";
import { SILENT_MS, Stream } from "../board/stream";

class Source {
  static all: Source[] = [];
  onmessage: ((e: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  constructor(readonly url: string) { Source.all.push(this); }
  close() { this.closed = true; }
}
Object.assign(globalThis, { EventSource: Source });

function stream() {
  Source.all = [];
  const got: string[] = [];
  let lost = 0;
  const s = new Stream({ url: "/b", picture: (t) => got.push(t), lost: () => lost++ });
  s.start();
  return { s, got, lost: () => lost };
}
const open = () => Source.all.filter((x) => !x.closed);

test("a silent connection is given up for a new one, and again if that hangs, too", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { got, lost } = stream();
  const first = Source.all[0]!;
  t.mock.timers.tick(SILENT_MS - 1);
  first.onmessage!({ data: "1" });
  t.mock.timers.tick(SILENT_MS - 1);
  assert.equal(Source.all.length, 1);
  t.mock.timers.tick(1);
  assert.deepEqual([first.closed, Source.all.length, lost()], [true, 2, 1]);
  first.onmessage!({ data: "late" }); // what hung must not be taken for now
  t.mock.timers.tick(SILENT_MS);
  assert.deepEqual([Source.all.length, open().length], [3, 1]);
  Source.all[2]!.onmessage!({ data: "2" });
  assert.deepEqual(got, ["1", "2"]);
});

test("a broken connection comes back, later each time, whatever state the browser leaves it in", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { lost } = stream();
  for (const [n, ms] of [[1, 625], [2, 1250], [3, 2500]] as const) {
    Source.all.at(-1)!.onerror!();
    assert.deepEqual([open().length, lost()], [0, n]);
    t.mock.timers.tick(ms);
    assert.equal(open().length, 1);
  }
  Source.all.at(-1)!.onmessage!({ data: "" });
  Source.all.at(-1)!.onerror!();
  t.mock.timers.tick(625);
  assert.equal(open().length, 1);
});

test("a machine that wakes does not wait", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { s } = stream();
  s.hurry();
  assert.equal(Source.all.length, 1); // it lives, as far as anybody knows
  Source.all[0]!.onerror!();
  s.hurry();
  assert.equal(open().length, 1);
  t.mock.timers.tick(5000);
  assert.equal(Source.all.length, 2);
  t.mock.timers.setTime(Date.now() + 3600_000); // it slept for an hour, and its timers with it
  s.hurry();
  assert.deepEqual([Source.all.length, open().length], [Source.all.length, 1]);
  assert.equal(Source.all[1]!.closed, true);
});
