// The volunteer's whole page with a server played inside the page: a fake
// socket, a desk of one volunteer, and a peer connection that is the far end.
// For trying the page by hand without a server, and for loop-test.mjs, which
// drives it. ?again keeps the shift over a reload, as the real server does.

import type { AgentView, ClientMessage, ServerMessage } from "../messages";

const KEEP = "loop.desk";
const iso = (ms = 0) => new Date(Date.now() + ms).toISOString();

/** What the test looks at. */
export const seen = {
  said: [] as ClientMessage[],
  packetsIn: 0, // from the microphone, now growing or not
  offers: 0,
};

class Desk {
  view: AgentView = { state: "offline", since: iso(), queues: [{ queue: "hotline", label: "Hotline", waiting: 1, oldest: iso(-20_000), ready: 0, talking: 0 }] };
  private pc: RTCPeerConnection | null = null;
  private gain: GainNode | null = null;
  private proven = false;
  private epoch = Number(sessionStorage.getItem(`${KEEP}.epoch`) ?? 0);
  socket: FakeSocket | null = null;

  constructor() {
    const kept = sessionStorage.getItem(KEEP);
    if (!kept) return;
    this.view = JSON.parse(kept) as AgentView;
    this.proven = this.view.state !== "checking" && this.view.state !== "offline";
  }

  say(m: ServerMessage): void {
    this.socket?.deliver(m);
  }

  show(part: Partial<AgentView>): void {
    this.view = { ...this.view, offer: undefined, call: undefined, wrapup: undefined, reason: undefined, since: iso(), ...part };
    sessionStorage.setItem(KEEP, JSON.stringify(this.view));
    this.say({ type: "state", now: iso(), view: this.view });
  }

  ring(): void {
    this.show({ state: "offered", offer: { id: 12, contact: "C1", queue: "hotline", label: "Hotline", caller: "••••963", waiting_since: iso(-100_000), expires: iso(20_000) } });
  }

  got(m: ClientMessage): void {
    seen.said.push(m);
    const call = this.view.call;
    switch (m.type) {
      case "hello":
      case "takeover":
        sessionStorage.setItem(`${KEEP}.epoch`, String(++this.epoch));
        this.say({ type: "welcome", version: 1, agent: "sari", name: "Sari", now: iso(), epoch: this.epoch,
          dispositions: [{ code: "listened", label: { en: "Listened", id: "Didengarkan" } }], pause_reasons: [{ code: "break", label: { en: "Break", id: "Istirahat" } }] });
        return this.say({ type: "state", now: iso(), view: this.view });
      case "ping": return this.say({ type: "pong", t: m.t });
      case "shift.start": return this.show({ state: "checking" });
      case "shift.end": return this.show({ state: "offline" });
      case "media.offer": return void this.answer(m.sdp);
      case "check": return void this.check();
      case "echo": return void this.echo();
      case "check.passed":
        this.proven = true;
        if (this.view.state === "media_fault") return;
        return this.show({ state: "paused", reason: "login" });
      case "ready": return this.show({ state: "ready" });
      case "pause": return this.show({ state: "paused", reason: m.reason });
      case "accept":
        this.show({ state: "talking", call: { contact: "C1", queue: "hotline", label: "Hotline", caller: "••••963", wait_ms: 100_000, connecting: true, started: iso(), held: false, muted: false, keys: "" } });
        this.far(true);
        return void setTimeout(() => this.view.call && this.show({ state: "talking", call: { ...this.view.call, connecting: false } }), 150);
      case "decline": return this.show({ state: "ready" });
      case "hold": return this.show({ state: "held", call: { ...call!, held: true } });
      case "resume": return this.show({ state: "talking", call: { ...call!, held: false } });
      case "mute": return this.show({ state: this.view.state, call: { ...call!, muted: m.on } });
      case "sos": return this.show({ state: this.view.state, call: { ...call!, sos: m.on ? { contact: "C1", name: "Sari", label: "Hotline", raised: iso(), called: ["Rina"] } : undefined } });
      case "hangup":
        this.far(false);
        return this.show({ state: "wrapup", wrapup: { contact: "C1", label: "Hotline", talk_ms: 5000, until: iso(120_000), ended_by: "agent", extendable: true } });
      case "wrapup.extend": return this.show({ state: "wrapup", wrapup: { ...this.view.wrapup!, until: new Date(Date.parse(this.view.wrapup!.until) + 120_000).toISOString() } });
      case "wrapup.finish": return this.show({ state: "ready" });
    }
  }

  /** Kills the far end as a lost network would. */
  killPath(): void {
    this.pc?.close();
    this.pc = null;
    this.say({ type: "media.state", state: "lost" });
  }

  private async answer(sdp: string): Promise<void> {
    seen.offers++;
    const restart = this.pc && sdp.includes(fingerprint(this.pc.remoteDescription?.sdp ?? "-"));
    if (!restart) {
      this.pc?.close();
      const pc = new RTCPeerConnection();
      this.pc = pc;
      this.gain = null;
      pc.onconnectionstatechange = () => {
        if (pc !== this.pc || pc.connectionState !== "connected") return;
        this.say({ type: "media.state", state: "connected" });
        if (this.view.call) this.far(true);
        if (this.proven && this.view.state === "reconnecting") this.show({ state: "ready" });
      };
    }
    const pc = this.pc!;
    await pc.setRemoteDescription({ type: "offer", sdp });
    if (!restart) {
      const c = new AudioContext();
      const dest = c.createMediaStreamDestination();
      this.gain = c.createGain();
      this.gain.gain.value = 0;
      const tone = c.createOscillator();
      tone.frequency.value = 620;
      tone.connect(this.gain).connect(dest);
      tone.start();
      const t = pc.getTransceivers()[0]!;
      t.direction = "sendrecv";
      await t.sender.replaceTrack(dest.stream.getAudioTracks()[0]!);
    }
    await pc.setLocalDescription();
    await new Promise<void>((r) => (pc.iceGatheringState === "complete" ? r() : pc.addEventListener("icegatheringstatechange", () => pc.iceGatheringState === "complete" && r())));
    this.say({ type: "media.answer", sdp: pc.localDescription!.sdp });
  }

  private async check(): Promise<void> {
    this.far(true);
    const before = await this.heard();
    setTimeout(async () => {
      this.far(false);
      this.say({ type: "check.result", packets: (await this.heard()) - before, level_db: -20 });
    }, 800);
  }

  // echo gives a tone for her voice, as long as it takes.
  private async echo(): Promise<void> {
    const before = await this.heard();
    setTimeout(() => this.far(true), 3000);
    setTimeout(async () => {
      this.far(false);
      this.say({ type: "echo.result", packets: (await this.heard()) - before, lost: 0, level_db: -20, jitter_ms: 2 });
    }, 4000);
  }

  private far(on: boolean): void {
    if (this.gain) this.gain.gain.value = on ? 0.5 : 0;
  }

  /** Packets received from the page's microphone so far. */
  async heard(): Promise<number> {
    let n = 0;
    (await this.pc?.getStats())?.forEach((s) => {
      if (s.type === "inbound-rtp") n = s.packetsReceived;
    });
    return n;
  }

  /** The codec both agreed on. */
  codec(): string {
    return /a=rtpmap:(?:8|0) (\S+)/.exec(this.pc?.localDescription?.sdp ?? "")?.[1] ?? "";
  }
}

function fingerprint(sdp: string): string {
  return /a=fingerprint:.*/.exec(sdp)?.[0] ?? "none";
}

class FakeSocket {
  static readonly OPEN = 1;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((e: { data: string }) => void) | null = null;
  onclose: ((e: { code: number }) => void) | null = null;

  constructor() {
    setTimeout(() => {
      if (down) return;
      this.readyState = 1;
      desk.socket = this;
      this.onopen?.();
    }, 5);
  }

  send(text: string): void {
    if (down) return; // as on a dead network: no error, no answer
    setTimeout(() => desk.got(JSON.parse(text) as ClientMessage), 1);
  }

  deliver(m: ServerMessage): void {
    if (!down && desk.socket === this) setTimeout(() => this.readyState === 1 && this.onmessage?.({ data: JSON.stringify(m) }), 1);
  }

  /** As the server closes it. */
  end(code: number): void {
    this.close();
    this.onclose?.({ code });
  }

  close(): void {
    this.readyState = 3;
    if (desk.socket === this) desk.socket = null;
  }
}

const targets = { queues: [{ queue: "hotline", label: "Hotline" }], agents: [{ agent: "dewi", name: "Dewi", state: "ready" }], numbers: false };
let down = false;
let out = false; // the sign-in is over
const desk = new Desk();
Object.assign(window, {
  desk, seen,
  cut: (on: boolean) => (down = on),
  WebSocket: FakeSocket,
  signOut: (on: boolean) => {
    out = on;
    if (on) desk.socket?.end(4003);
  },
  fetch: (url: string) => out ? Promise.resolve(new Response("{}", { status: 401 })) : down ? new Promise((_, no) => setTimeout(() => no(new TypeError("network")), 100))
    : Promise.resolve(new Response(JSON.stringify(url.includes("ticket") ? { ticket: "t" } : url.includes("targets") ? targets : { name: "sari", alias: "Sari", role: "volunteer", messages: [], shifts: [] }))),
});
await import("../volunteer");
