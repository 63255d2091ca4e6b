import { strict as assert } from "node:assert";
import { beforeEach, test } from "node:test";
import { deviceSet, dropProof, echoed, judgeNet, keepProof, keptProof, noProof, proven, tooSlow, type Echo, type Proof } from "../soundcheck";

const shelf = new Map<string, string>();
(globalThis as { localStorage?: unknown }).localStorage = { getItem: (k: string) => shelf.get(k) ?? null, setItem: (k: string, v: string) => void shelf.set(k, v) };
beforeEach(() => shelf.clear());

const echo: Echo = { packets: 150, lost: 0, level_db: -20, jitter_ms: 3, downPackets: 150, downLost: 0, rtt_ms: 40 };
const hour = 3600_000;

test("the line is as good as its worse direction", () => {
  assert.equal(judgeNet(echo, "udp").grade, "good");
  assert.equal(judgeNet({ ...echo, lost: 5 }, "udp").grade, "fair");
  assert.equal(judgeNet({ ...echo, downLost: 20 }, "udp").grade, "poor");
  assert.equal(judgeNet({ ...echo, downPackets: 0 }, "udp").grade, "poor", "nothing came back");
  assert.equal(judgeNet({ ...echo, rtt_ms: 700 }, "udp").grade, "poor");
  assert.equal(judgeNet(echo, "tcp").grade, "fair", "a detour");
});

test("it is proven when she heard herself and the ring, loud enough, on a line that carries a call", () => {
  const all: Proof = { ...echoed(noProof, echo, "udp"), self: "yes", ring: "yes" };
  assert.ok(proven(all));
  for (const part of [{ self: "no" }, { ring: "asked" }, { echo: "quiet" }, { net: null }, { net: judgeNet({ ...echo, lost: 50 }, "udp") }] as Partial<Proof>[]) assert.ok(!proven({ ...all, ...part }), JSON.stringify(part));
  assert.equal(echoed(noProof, { ...echo, level_db: -50 }, "udp").echo, "quiet");
});

test("it holds twelve hours, for its devices", () => {
  const devices = { mics: [{ id: "a", label: "" }], speakers: [{ id: "c", label: "" }] };
  const here = deviceSet({ mic: "a", speaker: "", ringer: "c", devices });
  const other = deviceSet({ mic: "a", speaker: "", ringer: "c", devices: { ...devices, speakers: [] } });
  assert.equal(keptProof(here, 0), 0);
  keepProof(here, 5 * hour);
  assert.equal(keptProof(here, 17 * hour - 1), 5 * hour);
  assert.equal(keptProof(here, 17 * hour), 0);
  assert.equal(keptProof(other, 6 * hour), 0, "the headset was unplugged");
  assert.equal(keptProof(here, 4 * hour), 0, "a clock that was set back proves nothing");
  dropProof(here);
  assert.equal(keptProof(here, 6 * hour), 0);
  shelf.set("sahut.proof", "no json");
  assert.equal(keptProof(here, 6 * hour), 0);
});

test("a line is too slow for G.711 when it loses, or holds up, a fifth", () => {
  assert.ok(!tooSlow(echo));
  assert.ok(tooSlow({ ...echo, lost: 6 }), "4 % lost on the way up");
  assert.ok(tooSlow({ ...echo, downLost: 6 }), "and down");
  assert.ok(!tooSlow({ ...echo, lost: 3 }));
  assert.ok(tooSlow({ ...echo, packets: 111 }), "64 kbit/s with a long queue: nothing is lost, but not all is there in time");
  assert.ok(tooSlow({ ...echo, downPackets: 111 }));
  assert.ok(!tooSlow({ ...echo, packets: 140, downPackets: 130 }));
  assert.ok(tooSlow({ ...echo, rtt_ms: 700 }));
});

test("Opus bears more loss", () => {
  assert.equal(judgeNet({ ...echo, lost: 8 }, "udp", true).grade, "good");
  assert.equal(judgeNet({ ...echo, lost: 16 }, "udp", true).grade, "fair");
  assert.equal(judgeNet({ ...echo, lost: 40 }, "udp", true).grade, "poor");
});
