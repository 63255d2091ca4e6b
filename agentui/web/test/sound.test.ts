import assert from "node:assert/strict";
import { test } from "node:test";
import { aLaw, trimmed, wav } from "../admin/sound";

test("A-law keeps the sign, is coarse where it is loud and fine where it is quiet", () => {
  for (const x of [0.0005, 0.01, 0.3, 0.99]) {
    assert.ok(Math.abs(aLaw(x) - x) <= Math.max(1 / 4096, x / 16), `${x} became ${aLaw(x)}`);
    assert.equal(aLaw(-x), -aLaw(x));
  }
  assert.equal(new Set(Array.from({ length: 4096 }, (_, i) => aLaw(i / 4096))).size, 128); // seven bits and the sign
});

test("a WAV file says what is in it", async () => {
  const b = new DataView(await wav(new Float32Array([0, 1, -1]), 8000).arrayBuffer());
  assert.equal(b.getUint32(24, true), 8000);
  assert.equal(b.getUint32(40, true), 6);
  assert.deepEqual([44, 46, 48].map((at) => b.getInt16(at, true)), [0, 32767, -32767]);
});

test("quiet ends are cut, a breath stays, a whisper becomes a voice", () => {
  const s = new Float32Array(8000);
  for (let i = 3000; i < 4000; i++) s[i] = 0.1 * Math.sin(i);
  const out = trimmed(s, 8000);
  assert.ok(out.length > 1000 + 2000 && out.length < 1000 + 2500, String(out.length));
  assert.ok(Math.abs(out.reduce((m, x) => Math.max(m, Math.abs(x)), 0) - 0.5) < 0.01);
  assert.equal(trimmed(new Float32Array(100), 8000).length, 100); // nobody spoke
});
