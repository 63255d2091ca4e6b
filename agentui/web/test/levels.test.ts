import { strict as assert } from "node:assert";
import { test } from "node:test";
import { loudness, meter, MutedVoice, QualityMeter, Watchdog, type Reading } from "../levels";

const sine = (amplitude: number) => Float32Array.from({ length: 4800 }, (_, i) => amplitude * Math.sin(i / 10));
const reading = (second: number, part: Partial<Reading> = {}): Reading =>
  ({ at: second * 1000, packets: second * 50, lost: 0, jitter_ms: 3, rtt_ms: 40, concealed: 0, samples: second * 8000, ...part });

test("loudness is in dB below full scale", () => {
  assert.ok(Math.abs(loudness(sine(1)) + 3) < 0.1);
  assert.ok(Math.abs(loudness(sine(0.1)) + 23) < 0.1);
  assert.equal(loudness(new Float32Array(100)), -100);
  assert.equal(meter(-100), 0);
  assert.equal(meter(0), 1);
});

test("a good line is good", () => {
  const q = new QualityMeter();
  for (let s = 0; s < 10; s++) assert.equal(q.take(reading(s)).quality, "good");
});

test("a fair line is called so only after five seconds", () => {
  const q = new QualityMeter();
  const words = Array.from({ length: 8 }, (_, s) => q.take(reading(s, { jitter_ms: 45 })).quality);
  assert.deepEqual(words, ["good", "good", "good", "good", "good", "fair", "fair", "fair"]);
});

test("a tenth lost is poor at once, and over when it is over", () => {
  const q = new QualityMeter();
  q.take(reading(0));
  assert.equal(q.take(reading(1, { lost: 6 })).quality, "poor");
  let last = "poor";
  for (let s = 2; s < 12; s++) last = q.take(reading(s, { lost: 6 })).quality;
  assert.equal(last, "good");
});

test("two seconds of silence are poor", () => {
  const q = new QualityMeter();
  q.take(reading(0));
  q.take(reading(1));
  q.take(reading(2, { packets: 50 }));
  assert.equal(q.take(reading(3, { packets: 50 })).quality, "poor");
});

test("also where a hidden page looks every four seconds only", () => {
  const q = new QualityMeter();
  q.take(reading(0));
  q.take(reading(4));
  assert.equal(q.take(reading(8, { packets: 200 })).quality, "poor");
});

test("the watchdog barks at the third still look, and only where packets flowed", () => {
  const w = new Watchdog();
  assert.deepEqual([5, 5, 5, 5, 5].map((n) => w.take(n)), [false, false, false, false, false]);
  w.reset();
  assert.deepEqual([5, 9, 9, 9, 9].map((n) => w.take(n)), [false, false, false, false, true]);
});

test("who speaks while muted is told, and not for a cough", () => {
  const v = new MutedVoice();
  const says = (muted: boolean, ...db: number[]) => db.map((x) => v.take(muted, x));
  assert.deepEqual(says(true, -20, -80, -80, -80), [false, false, false, false]); // a cough
  assert.deepEqual(says(true, -20, -20, -20), [false, false, true]);
  assert.deepEqual(says(true, ...Array(9).fill(-80)).at(-1), true);
  assert.equal(v.take(true, -80), false); // quiet for five seconds
  says(true, -20, -20, -20);
  assert.equal(v.take(false, -20), false); // unmuted
  assert.deepEqual(says(true, -20, -20), [false, false]);
});

test("Opus bears more loss before it is called so", () => {
  const take = (lost: number, opus: boolean) => {
    const q = new QualityMeter();
    q.take(reading(0), opus);
    return q.take(reading(1, { packets: 100 - lost, lost }), opus).quality;
  };
  assert.equal(take(10, false), "poor");
  assert.equal(take(10, true), "good", "fair, but not for five seconds yet");
  assert.equal(take(20, true), "poor");
});
