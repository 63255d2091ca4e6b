// The volunteer's sound: one microphone and one peer connection for the whole
// shift. Between calls the microphone is parked (replaceTrack(null)), so that
// answering takes one packet time and nothing of the room is ever sent while
// nobody is on the line.
//
//	off → asking → connecting → parked ⇄ live
//	                   ↑ ↓        ↓ ↑
//	                 failed ← restarting
//
// The server decides whether this path works (media.state, check.result); the
// page only repairs it: an ICE restart when packets stop, a new connection when
// that does not help.

import { keepDevices, keepSlow, keptDevices, keptSlow, sink, wantsOpus } from "./devices";
import { loudness, QualityMeter, slowLine, VOICE_DB, Watchdog, type Reading } from "./levels";
import type { ClientMessage, PathState } from "./messages";
import { gathered, prefer, speaksOpus } from "./path";
import type { Echo } from "./soundcheck";
import { noSound, type CheckStep, type Device, type LineChoice, type Sound, type SoundFault } from "./store";

const WATCH_MS = 250;
const ANSWER_MS = 5000; // for the server's media.answer
const PATH_MS = 10000; // for the connection to come up
const CHIME_MS = 6000; // for check.result
const ECHO_MS = 3200; // how long she speaks
const ECHO_WAIT_MS = 14000; // for echo.result
const VOICE_MS = 25000; // for the volunteer to say something

/** What the calls of the moment want of the sound. */
export interface Wanted {
  attach: boolean; // the microphone goes to the caller
  muted: boolean;
  talking: boolean; // packets must flow
}

interface Options {
  send(m: ClientMessage): boolean;
  report(s: Sound): void;
  passed(): void; // the check is through
}

/** What the server received from the microphone. */
interface Checked {
  packets: number;
  level_db: number;
}

/** What the server received of her voice before it played it back. */
interface Echoed extends Checked {
  lost: number;
  jitter_ms: number;
}

type Turn = "restart" | "new";

class Fault extends Error {
  constructor(readonly fault: SoundFault) {
    super(fault);
  }
}
class Superseded extends Error {}

/** The sound of one shift. */
export class Media {
  private sound: Sound = { ...noSound };
  private mic: MediaStreamTrack | null = null;
  private ear: MediaStreamTrack | null = null; // the same sound for the meter: it hears her while the line does not
  private pc: RTCPeerConnection | null = null;
  private sender: RTCRtpSender | null = null;
  private wanted: Wanted = { attach: false, muted: false, talking: false };
  private checking = false;
  private run = 0; // counts shifts and retries; older ones end by themselves

  private outstanding: Turn | null = null; // an offer waits for its answer
  private again: Turn | null = null; // what must follow it
  private attempts = 0;
  private timers = new Set<number>();
  private answerTimer = 0;
  private epoch = 0;
  private server: PathState = "connecting"; // its judgement of this path

  private context: AudioContext | null = null;
  private micAnalyser: AnalyserNode | null = null;
  private farAnalyser: AnalyserNode | null = null;
  private readonly samples = new Float32Array(1024);
  private readonly out = new Audio();

  private asked = false; // this connection asked for Opus
  private unknown = false; // the server has said nothing of this connection yet
  private refused = false; // the server speaks none
  private slowly = 0; // looks in a row at which the line was slow
  upLoss = 0; // of what she says, as the server has it

  private readonly quality = new QualityMeter();
  private readonly watchdog = new Watchdog();
  private restartedAt = 0;
  private restartGap = 3000;
  private ticks = 0;
  private looks = 0;
  private gotEcho: ((r: Echoed | null) => void) | null = null;
  private gotCheck: ((r: Checked | SoundFault) => void) | null = null;

  constructor(private opts: Options) {
    this.out.autoplay = true;
    this.out.id = "far-end";
    this.out.hidden = true;
    document.body.append(this.out);
    this.sound.canChooseSpeaker = "setSinkId" in this.out;
    Object.assign(this.sound, keptDevices(), { slow: keptSlow(Date.now()) });
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.onDevices());
    window.setInterval(() => void this.watch(), WATCH_MS);
  }

  /** How loud the microphone is now, in dB below full scale. */
  micLevel(): number {
    return this.mic ? level(this.micAnalyser, this.samples) : -100;
  }

  /** How loud the far end is now. */
  farLevel(): number {
    return level(this.farAnalyser, this.samples);
  }

  get on(): boolean {
    return this.sound.phase !== "off";
  }

  /** A check runs now. */
  get proving(): boolean {
    return this.checking;
  }

  /**
   * Opens microphone and path. With check it then proves both ways and says
   * check.passed; without (a page reloaded on shift) the server does the rest.
   * Call it from a click if there is one: that is what unlocks sound.
   */
  async start(check: boolean): Promise<void> {
    const run = ++this.run;
    this.checking = check;
    this.unlock();
    try {
      this.show({ phase: "asking", fault: null, step: check ? "microphone" : null });
      await this.openMic();
      this.still(run);
      this.show({ phase: "connecting", step: check ? "path" : null });
      this.turn("new");
      if (check) await this.prove(run);
    } catch (e) {
      if (e instanceof Superseded) return;
      this.fail(e instanceof Fault ? e.fault : "no_path");
    } finally {
      if (run === this.run) {
        this.checking = false;
        this.place();
        this.reline();
      }
    }
  }

  /** Ends the shift's sound; the microphone's light goes out. */
  stop(): void {
    this.run++;
    this.closePeer();
    this.closeMic();
    this.checking = false;
    this.show({ phase: "off", fault: null, step: null, quality: null, figures: null, systemMuted: false });
  }

  /** Sets what the call wants; attaching happens within this call. */
  want(w: Wanted): void {
    const was = this.wanted;
    if (was.attach === w.attach && was.muted === w.muted && was.talking === w.talking) return;
    this.wanted = w;
    if (w.attach && !was.attach) {
      this.quality.reset();
      this.restartGap = 3000;
      this.slowly = this.upLoss = 0;
    }
    if (!w.attach && was.attach) this.show({ quality: null, figures: null });
    if (w.talking !== was.talking) this.watchdog.reset();
    this.place();
    this.reline();
  }

  /** The wire is up (again). An answer that was under way is lost with the old wire. */
  linkUp(epoch: number): void {
    // The count of welcomes begins again with a new run of the server, which
    // knows nothing of the old path.
    const restarted = epoch <= this.epoch;
    this.epoch = epoch;
    if (!this.pc) return;
    const unanswered = this.outstanding;
    this.settleOffer();
    if (restarted || unanswered || this.pc.connectionState !== "connected") this.turn(restarted ? "new" : unanswered ?? "restart");
  }

  /** The wire is down: nothing that was asked will be answered. */
  linkDown(): void {
    clearTimeout(this.answerTimer);
  }

  /** The server's answer to the latest offer. */
  async answer(sdp: string): Promise<void> {
    const pc = this.pc;
    if (!pc || pc.signalingState !== "have-local-offer") return;
    clearTimeout(this.answerTimer);
    try {
      await pc.setRemoteDescription({ type: "answer", sdp });
    } catch {
      // An answer to an offer that a newer one replaced, or to a connection the
      // server had already given up: begin anew.
      this.settleOffer();
      if (pc === this.pc) this.turn("new");
      return;
    }
    const opus = speaksOpus(sdp);
    if (this.asked && !opus) this.refused = true;
    this.show({ opus, slow: this.sound.slow && !this.refused });
    const next = this.again;
    this.settleOffer();
    if (next) this.turn(next);
  }

  /** What the server thinks of the path. Its word counts more than the browser's. */
  path(state: PathState): void {
    if (state === "lost" && this.unknown) return; // the connection before, which was closed here
    this.unknown = false;
    this.server = state;
    if (state !== "lost" || !this.pc) return;
    if (this.outstanding) this.again = "new";
    else this.turn("new");
  }

  /** The server's half of the check. */
  checkResult(r: Checked): void {
    this.gotCheck?.(r);
  }

  /** Her voice has been played back to her. */
  echoResult(r: Echoed): void {
    this.gotEcho?.(r);
  }

  /** Lets her hear herself through the server, between calls; null when it did not work. */
  async echo(tell: (step: "speak" | "listen") => void): Promise<Echo | null> {
    if (this.checking || this.wanted.attach || this.pc?.connectionState !== "connected") return null;
    const run = this.run;
    this.checking = true;
    this.unlock();
    this.place();
    tell("speak");
    const turn = window.setTimeout(() => tell("listen"), ECHO_MS);
    try {
      const before = await this.reading();
      const got = await new Promise<Echoed | null>((done) => {
        const end = window.setTimeout(() => done(null), ECHO_WAIT_MS);
        this.gotEcho = (r) => { clearTimeout(end); done(r); };
        if (!this.opts.send({ type: "echo" })) this.gotEcho(null);
      });
      const after = await this.reading();
      if (!got || !before || !after || run !== this.run) return null;
      return { packets: got.packets, lost: got.lost, level_db: got.level_db, jitter_ms: Math.max(got.jitter_ms, after.jitter_ms),
        downPackets: after.packets - before.packets, downLost: after.lost - before.lost, rtt_ms: Math.round(after.rtt_ms) };
    } finally {
      clearTimeout(turn);
      this.gotEcho = null;
      if (run === this.run) {
        this.checking = false;
        this.place();
        this.reline();
      }
    }
  }

  /** A request of ours the server could not do. */
  trouble(code: string, asked: string): void {
    if (asked === "echo") this.gotEcho?.(null);
    else if (asked === "check") this.gotCheck?.(code === "no_path" ? "no_path" : "not_heard");
    else if (asked === "check.passed") this.fail("mic_unsent");
    else if (asked === "media.offer") this.later("new");
  }

  /** Begins anew after a fault; from a click. */
  retry(check: boolean): void {
    this.attempts = 0;
    this.closePeer();
    void this.start(check);
  }

  /** The "repair my sound" of a call. */
  repair(): void {
    this.unlock();
    this.turn("restart");
  }

  async chooseMic(id: string): Promise<void> {
    this.show({ mic: id });
    keepDevices(this.sound);
    if (!this.mic) return;
    try {
      await this.openMic();
      this.place();
    } catch (e) {
      this.fail(e instanceof Fault ? e.fault : "mic_lost");
    }
  }

  async chooseSpeaker(id: string): Promise<void> {
    this.show({ speaker: id });
    keepDevices(this.sound);
    await sink(this.out, id);
  }

  chooseRinger(id: string): void {
    this.show({ ringer: id });
    keepDevices(this.sound);
  }

  chooseLine(line: LineChoice): void {
    this.show({ line });
    keepDevices(this.sound);
    this.reline();
  }

  /** Her line carries no call of G.711: the next connection speaks Opus. */
  foundSlow(): void {
    if (this.sound.slow || this.refused) return;
    keepSlow(Date.now());
    this.show({ slow: true });
    this.reline();
  }

  // reline makes a connection that speaks what it should, never in a call.
  private reline(): void {
    const opus = wantsOpus(this.sound) && !this.refused;
    if (this.pc && this.pc.connectionState === "connected" && opus !== this.asked && !this.wanted.attach && !this.checking) this.turn("new");
  }

  // ---- microphone

  private unlock(): void {
    try {
      this.context ??= new AudioContext();
      if (this.context.state !== "running") void this.context.resume();
    } catch {
      this.context = null; // meters stay empty; the call itself does not need it
    }
    if (this.out.srcObject) void this.play();
  }

  private async openMic(): Promise<void> {
    if (!navigator.mediaDevices?.getUserMedia) throw new Fault("insecure");
    const audio: MediaTrackConstraints = {
      echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1,
      ...(this.sound.mic ? { deviceId: { exact: this.sound.mic } } : {}),
    };
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio });
    } catch (e) {
      const name = e instanceof DOMException ? e.name : "";
      if ((name === "OverconstrainedError" || name === "NotFoundError") && this.sound.mic) {
        this.show({ mic: "" }); // the chosen headset is not plugged in today
        return this.openMic();
      }
      throw new Fault(name === "NotAllowedError" || name === "SecurityError" ? "denied"
        : name === "NotFoundError" ? "no_mic" : "mic_busy");
    }
    const track = stream.getAudioTracks()[0];
    if (!track) throw new Fault("no_mic");
    const old = this.mic;
    this.mic = track;
    track.onended = () => void this.onMicEnded(track);
    track.onmute = () => this.show({ systemMuted: true });
    track.onunmute = () => this.show({ systemMuted: false });
    if (old) {
      old.onended = null;
      old.stop();
    }
    this.ear?.stop();
    this.ear = track.clone();
    this.micAnalyser = this.analyser(new MediaStream([this.ear]));
    this.show({ systemMuted: track.muted });
    void this.onDevices();
  }

  // A microphone that ends was unplugged or its permission taken back. Another
  // one may stand in; without any, the path is closed so that the server stops
  // sending calls to somebody who cannot be heard.
  private async onMicEnded(track: MediaStreamTrack): Promise<void> {
    if (track !== this.mic || !this.on) return;
    try {
      await this.openMic();
      this.place();
    } catch {
      this.closeMic();
      if (!this.wanted.attach) this.closePeer();
      this.fail("mic_lost");
    }
  }

  private closeMic(): void {
    this.mic?.stop();
    this.ear?.stop();
    this.mic = this.ear = null;
    this.micAnalyser = null;
  }

  private async onDevices(): Promise<void> {
    if (!navigator.mediaDevices?.enumerateDevices) return;
    const all = await navigator.mediaDevices.enumerateDevices();
    const of = (kind: MediaDeviceKind): Device[] => all
      .filter((d) => d.kind === kind && d.deviceId && d.deviceId !== "default" && d.deviceId !== "communications")
      .map((d) => ({ id: d.deviceId, label: d.label || d.deviceId.slice(0, 6) }));
    this.show({ devices: { mics: of("audioinput"), speakers: of("audiooutput") } });
    if (this.sound.fault === "mic_lost" && this.on && all.some((d) => d.kind === "audioinput")) this.retry(false);
  }

  // place puts the microphone where it belongs: on the line, or parked.
  private place(): void {
    const onLine = this.wanted.attach || this.checking;
    if (this.mic) this.mic.enabled = !this.wanted.muted || this.checking;
    const track = onLine ? this.mic : null;
    if (this.sender && this.sender.track !== track) void this.sender.replaceTrack(track).catch(() => this.turn("new"));
    if (this.pc?.connectionState === "connected" && this.sound.phase !== "failed") {
      this.show({ phase: this.wanted.attach ? "live" : "parked" });
    }
  }

  // ---- path

  // turn asks the server for a new or a restarted path; one offer at a time.
  private turn(kind: Turn): void {
    if (this.outstanding) {
      this.again = this.again === "new" ? "new" : kind;
      return;
    }
    if (!this.mic) return;
    this.outstanding = kind;
    if (this.pc?.connectionState === "connected" || this.sound.phase === "live") this.show({ phase: "restarting" });
    void this.offer(kind).catch(() => this.later("new"));
  }

  private async offer(kind: Turn): Promise<void> {
    if (kind === "new" || !this.pc) this.openPeer();
    const pc = this.pc!;
    if (pc.signalingState === "have-local-offer") await pc.setLocalDescription({ type: "rollback" });
    await pc.setLocalDescription(await pc.createOffer({ iceRestart: kind === "restart" }));
    await gathered(pc);
    if (pc !== this.pc || !this.outstanding) return;
    // Without a wire linkUp makes this offer again.
    if (!this.opts.send({ type: "media.offer", sdp: pc.localDescription!.sdp })) return;
    this.answerTimer = window.setTimeout(() => this.later("new"), ANSWER_MS);
  }

  private openPeer(): void {
    this.closePeer(true);
    this.server = "connecting";
    this.unknown = true;
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.pc = pc;
    const t = pc.addTransceiver(this.mic!, { direction: "sendrecv", streams: [new MediaStream([this.mic!])] });
    this.asked = wantsOpus(this.sound) && !this.refused;
    prefer(t, this.asked);
    this.sender = t.sender;
    if (!this.wanted.attach && !this.checking) void t.sender.replaceTrack(null);
    pc.ontrack = (ev) => this.onTrack(ev.streams[0] ?? new MediaStream([ev.track]));
    pc.onconnectionstatechange = () => {
      if (pc === this.pc) this.onConnection(pc.connectionState);
    };
    const run = this.run;
    this.after(PATH_MS, () => {
      if (run === this.run && pc === this.pc && pc.connectionState !== "connected" && !this.checking) this.fail("no_path");
    });
  }

  private onConnection(state: RTCPeerConnectionState): void {
    if (state === "connected") {
      this.attempts = 0;
      this.show({ phase: this.wanted.attach ? "live" : "parked", fault: clearable(this.sound.fault) });
      this.watchdog.reset();
      this.place();
    } else if (state === "disconnected") {
      this.turn("restart");
    } else if (state === "failed") {
      this.later("new");
    }
  }

  // later tries again after a growing pause.
  private later(kind: Turn): void {
    this.settleOffer();
    const wait = Math.min(5000, 250 * 2 ** this.attempts++);
    const run = this.run;
    this.after(wait, () => {
      if (run === this.run && this.on && this.pc?.connectionState !== "connected") this.turn(kind);
    });
  }

  private settleOffer(): void {
    clearTimeout(this.answerTimer);
    this.outstanding = this.again = null;
  }

  private closePeer(replacing = false): void {
    if (!replacing) {
      this.settleOffer();
      for (const t of this.timers) clearTimeout(t);
      this.timers.clear();
    }
    const old = this.pc;
    this.pc = this.sender = null;
    if (old) {
      old.onconnectionstatechange = old.ontrack = null;
      old.close();
    }
    this.farAnalyser = null;
    this.out.srcObject = null;
  }

  private onTrack(stream: MediaStream): void {
    this.out.srcObject = stream;
    void sink(this.out, this.sound.speaker);
    void this.play();
    this.farAnalyser = this.analyser(stream);
  }

  private async play(): Promise<void> {
    try {
      await this.out.play();
      if (this.sound.fault === "blocked") this.show({ fault: null });
    } catch (e) {
      if (e instanceof DOMException && e.name === "NotAllowedError") this.show({ fault: "blocked" });
    }
  }

  // ---- check

  // prove runs the steps after the microphone: path, chime, voice.
  private async prove(run: number): Promise<void> {
    let loudest = -100;
    const listen = window.setInterval(() => (loudest = Math.max(loudest, this.micLevel())), 50);
    try {
      await this.until(run, PATH_MS, "no_path", 
        () => this.pc?.connectionState === "connected" && this.server === "connected");
      this.step(run, "hearing");
      const before = (await this.reading())?.packets ?? 0;
      const result = await this.chime(run);
      const heard = ((await this.reading())?.packets ?? 0) - before;
      this.still(run);
      if (result.packets <= 0) throw new Fault("mic_unsent");
      if (heard <= 0) throw new Fault("not_heard");
      loudest = Math.max(loudest, result.level_db);
      this.step(run, "voice");
      await this.until(run, VOICE_MS, "mic_silent", () => loudest > VOICE_DB);
      this.still(run);
      this.opts.send({ type: "check.passed", heard_packets: heard, mic_level_db: Math.round(loudest * 10) / 10 });
      this.show({ step: null });
      this.opts.passed();
    } finally {
      clearInterval(listen);
    }
  }

  private chime(run: number): Promise<Checked> {
    return new Promise((resolve, reject) => {
      const end = window.setTimeout(() => reject(new Fault("no_path")), CHIME_MS);
      this.gotCheck = (r) => {
        clearTimeout(end);
        this.gotCheck = null;
        if (run !== this.run) reject(new Superseded());
        else if (typeof r === "string") reject(new Fault(r));
        else resolve(r);
      };
      this.opts.send({ type: "check" });
    });
  }

  private async until(run: number, ms: number, fault: SoundFault, done: () => boolean): Promise<void> {
    const end = performance.now() + ms;
    while (!done()) {
      if (performance.now() > end) throw new Fault(fault);
      await new Promise((r) => setTimeout(r, 50));
      this.still(run);
    }
  }

  private step(run: number, step: CheckStep): void {
    this.still(run);
    this.show({ step });
  }

  private still(run: number): void {
    if (run !== this.run) throw new Superseded();
  }

  // ---- watching a call

  // how finds by which way the sound goes, once it goes.
  private async how(): Promise<void> {
    const pc = this.pc;
    if (!pc || pc.connectionState !== "connected") return;
    const stats = await pc.getStats();
    let way: Sound["way"] = "", wayMs = 0;
    stats.forEach((s) => {
      if (s.type !== "candidate-pair" || !s.nominated || s.state !== "succeeded") return;
      const local = stats.get(s.localCandidateId) as { protocol?: string } | undefined;
      way = local?.protocol === "tcp" ? "tcp" : "udp";
      wayMs = Math.round((s.currentRoundTripTime ?? 0) * 1000);
    });
    if (pc === this.pc && way && (way !== this.sound.way || Math.abs(wayMs - this.sound.wayMs) > 50)) this.show({ way, wayMs });
  }

  private async watch(): Promise<void> {
    if (++this.looks % 12 === 1) void this.how();
    if (!this.wanted.attach || !this.pc) return;
    const r = await this.reading();
    if (!r || !this.wanted.attach) return;
    if (this.wanted.talking && this.watchdog.take(r.packets) && r.at - this.restartedAt > this.restartGap) {
      this.restartedAt = r.at;
      this.restartGap = Math.min(20000, this.restartGap * 2);
      this.watchdog.reset();
      this.turn("restart");
    }
    if (++this.ticks % 4 !== 0) return;
    const { quality, figures } = this.quality.take(r, this.sound.opus);
    this.show(this.wanted.talking ? { quality, figures } : { quality: null, figures });
    if (this.ticks % 20 !== 0) return;
    this.opts.send({ type: "stats", ...figures });
    this.slowly = slowLine(Math.max(figures.loss, this.upLoss), figures.rtt_ms) ? this.slowly + 1 : 0;
    if (this.slowly > 1) this.foundSlow();
  }

  private async reading(): Promise<Reading | null> {
    const pc = this.pc;
    if (!pc) return null;
    const r: Reading = { at: performance.now(), packets: 0, lost: 0, jitter_ms: 0, rtt_ms: 0, concealed: 0, samples: 0 };
    (await pc.getStats()).forEach((s) => {
      if (s.type === "inbound-rtp") {
        r.packets = s.packetsReceived ?? 0;
        r.lost = s.packetsLost ?? 0;
        r.jitter_ms = (s.jitter ?? 0) * 1000;
        r.concealed = (s.concealedSamples ?? 0) - (s.silentConcealedSamples ?? 0);
        r.samples = s.totalSamplesReceived ?? 0;
      } else if (s.type === "candidate-pair" && s.nominated && s.state === "succeeded") {
        r.rtt_ms = (s.currentRoundTripTime ?? 0) * 1000;
      }
    });
    return pc === this.pc ? r : null;
  }

  // ---- small things

  private fail(fault: SoundFault): void {
    this.show({ phase: "failed", fault });
  }

  private show(part: Partial<Sound>): void {
    this.sound = { ...this.sound, ...part };
    this.opts.report(this.sound);
  }

  private after(ms: number, f: () => void): void {
    const t = window.setTimeout(() => {
      this.timers.delete(t);
      f();
    }, ms);
    this.timers.add(t);
  }

  private analyser(stream: MediaStream): AnalyserNode | null {
    if (!this.context) return null;
    const a = this.context.createAnalyser();
    a.fftSize = this.samples.length;
    this.context.createMediaStreamSource(stream).connect(a);
    return a;
  }
}

function level(a: AnalyserNode | null, into: Float32Array<ArrayBuffer>): number {
  if (!a) return -100;
  a.getFloatTimeDomainData(into);
  return loudness(into);
}

// Faults of the path are over when it is up; those of the microphone are not.
function clearable(f: SoundFault | null): SoundFault | null {
  return f === "no_path" || f === "not_heard" || f === "mic_unsent" ? null : f;
}
