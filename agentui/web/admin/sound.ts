// Recording a prompt here, and hearing one as a caller does: 300 to 3400 Hz, 8000
// samples a second, A-law.

export const PHONE_RATE = 8000;

/** One sample through A-law (G.711) and back. */
export function aLaw(x: number): number {
  const sign = x < 0 ? -1 : 1;
  const v = Math.min(4095, Math.floor(Math.abs(x) * 4096)); // 13 bits with the sign
  const wide = v < 64 ? 2 : 2 ** (Math.floor(Math.log2(v)) - 4); // 16 steps to each doubling
  return (sign * (Math.floor(v / wide) * wide + wide / 2)) / 4096;
}

/** A mono WAV file of 16 bit samples. */
export function wav(samples: Float32Array, rate: number): Blob {
  const b = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at: number, s: string) => [...s].forEach((c, i) => b.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF"); b.setUint32(4, 36 + samples.length * 2, true); text(8, "WAVEfmt ");
  b.setUint32(16, 16, true); b.setUint16(20, 1, true); b.setUint16(22, 1, true); b.setUint32(24, rate, true); b.setUint32(28, rate * 2, true); b.setUint16(32, 2, true); b.setUint16(34, 16, true);
  text(36, "data"); b.setUint32(40, samples.length * 2, true);
  samples.forEach((x, i) => b.setInt16(44 + i * 2, Math.round(Math.max(-1, Math.min(1, x)) * 32767), true));
  return new Blob([b.buffer], { type: "audio/wav" });
}

/** Without the quiet at both ends but for a breath, and as loud as a voice on the telephone should be. */
export function trimmed(samples: Float32Array, rate: number): Float32Array {
  const peak = samples.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
  if (peak < 0.01) return samples; // nobody spoke
  const loud = peak * 0.05, breath = Math.round(rate * 0.15);
  let from = samples.findIndex((x) => Math.abs(x) > loud), to = samples.length - 1;
  while (to > from && Math.abs(samples[to]!) <= loud) to--;
  from = Math.max(0, from - breath);
  const out = samples.slice(from, Math.min(samples.length, to + breath));
  const gain = Math.min(8, 0.5 / peak);
  return out.map((x) => x * gain);
}

/** Sound at the telephone's rate; narrow: through its band as well. */
export async function asPhone(sound: AudioBuffer, narrow: boolean): Promise<Float32Array> {
  const off = new OfflineAudioContext(1, Math.max(1, Math.ceil(sound.duration * PHONE_RATE)), PHONE_RATE);
  const from = off.createBufferSource();
  from.buffer = sound;
  let end: AudioNode = from;
  for (const [type, frequency] of narrow ? ([["highpass", 300], ["highpass", 300], ["lowpass", 3400], ["lowpass", 3400]] as const) : []) {
    const f = off.createBiquadFilter();
    f.type = type;
    f.frequency.value = frequency;
    end.connect(f);
    end = f;
  }
  end.connect(off.destination);
  from.start();
  return (await off.startRendering()).getChannelData(0);
}

let playing: AudioBufferSourceNode | null = null;
let context: AudioContext | null = null;

/** Ends what plays. */
export function stopPhone(): void {
  playing?.stop();
  playing = null;
}

/** Plays a file as a caller hears it; done when it is over or stopped. */
export async function playAsPhone(url: string): Promise<void> {
  stopPhone();
  context ??= new AudioContext();
  await context.resume();
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(answer.statusText);
  const narrow = (await asPhone(await context.decodeAudioData(await answer.arrayBuffer()), true)).map(aLaw);
  const sound = context.createBuffer(1, narrow.length, PHONE_RATE);
  sound.copyToChannel(narrow as Float32Array<ArrayBuffer>, 0);
  const source = context.createBufferSource();
  source.buffer = sound;
  source.connect(context.destination);
  playing = source;
  await new Promise<void>((done) => { source.onended = () => done(); source.start(); });
  if (playing === source) playing = null;
}

/** A recording under way. */
export class Recorder {
  private chunks: Blob[] = [];
  private constructor(private stream: MediaStream, private recorder: MediaRecorder, private analyser: AnalyserNode, private context: AudioContext) {
    recorder.ondataavailable = (e) => this.chunks.push(e.data);
    recorder.start();
  }

  static async start(): Promise<Recorder> {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false, noiseSuppression: true, autoGainControl: true } });
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    return new Recorder(stream, new MediaRecorder(stream), analyser, context);
  }

  /** How loud it is now, 0 to 1. */
  level(): number {
    const s = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(s);
    return Math.min(1, Math.sqrt(s.reduce((n, x) => n + x * x, 0) / s.length) * 4);
  }

  /** Lets go of the microphone at once; what was said is lost. */
  abandon(): void {
    for (const t of this.stream.getTracks()) t.stop();
    void this.context.close();
  }

  /** Ends it; the WAV is at the telephone's rate, as it will be played. */
  async stop(): Promise<Blob> {
    const stopped = new Promise<void>((done) => { this.recorder.onstop = () => done(); });
    this.recorder.stop();
    await stopped;
    for (const t of this.stream.getTracks()) t.stop();
    const sound = await this.context.decodeAudioData(await new Blob(this.chunks).arrayBuffer());
    await this.context.close();
    return wav(trimmed(await asPhone(sound, false), PHONE_RATE), PHONE_RATE);
  }
}
