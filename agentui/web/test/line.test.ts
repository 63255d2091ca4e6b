import { strict as assert } from "node:assert";
import { beforeEach, test } from "node:test";
import { keepDevices, keepSlow, keptDevices, keptSlow, wantsOpus } from "../devices";
import { speaksOpus } from "../path";
import { noSound } from "../store";

const shelf = new Map<string, string>();
(globalThis as { localStorage?: unknown }).localStorage = { getItem: (k: string) => shelf.get(k) ?? null, setItem: (k: string, v: string) => void shelf.set(k, v) };
beforeEach(() => shelf.clear());
const hour = 3600_000;

test("what she says of her line counts more than what was measured", () => {
  assert.equal(wantsOpus({ line: "", slow: false }), false);
  assert.equal(wantsOpus({ line: "", slow: true }), true);
  assert.equal(wantsOpus({ line: "slow", slow: false }), true);
  assert.equal(wantsOpus({ line: "fast", slow: true }), false);
});

test("her choice is kept with her devices, and what was measured for twelve hours", () => {
  keepDevices({ ...noSound, mic: "a", line: "fast" });
  assert.deepEqual(keptDevices(), { mic: "a", speaker: "", ringer: "", line: "fast" });
  shelf.set("sahut.devices", JSON.stringify({ mic: "a", line: "anything" }));
  assert.deepEqual(keptDevices(), { mic: "a" });
  assert.equal(keptSlow(5 * hour), false);
  keepSlow(5 * hour);
  assert.equal(keptSlow(17 * hour - 1), true);
  assert.equal(keptSlow(17 * hour), false);
  assert.equal(keptSlow(4 * hour), false, "a clock that was set back");
});

test("Opus is spoken when the answer has it first", () => {
  const answer = (formats: string) => `v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF ${formats}\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:111 opus/48000/2\r\n`;
  assert.equal(speaksOpus(answer("111 8")), true);
  assert.equal(speaksOpus(answer("8 111")), false);
  assert.equal(speaksOpus("v=0"), false);
});
