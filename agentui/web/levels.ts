// Loudness and quality as plain numbers: no browser objects but the analyser.

import type { Figures, Quality } from "./store";

/** Below this a microphone counts as silent; quiet speech at a headset is 10 dB above. */
export const VOICE_DB = -45;

/** Root mean square of samples in dB below full scale; -100 for silence. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const x of samples) sum += x * x;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  return rms > 1e-5 ? 20 * Math.log10(rms) : -100;
}

/** Where a loudness stands on a meter from 0 (-60 dB) to 1 (-6 dB). */
export function meter(db: number): number {
  return Math.min(1, Math.max(0, (db + 60) / 54));
}

/** What getStats gave for the received sound at one moment. */
export interface Reading {
  at: number;
  packets: number;
  lost: number;
  jitter_ms: number;
  rtt_ms: number;
  concealed: number; // samples
  samples: number;
}

/** Above which loss a direction is fair, and poor: in Opus the next packet makes good for a lost one. */
export const losses = (opus: boolean) => (opus ? { fair: 0.07, poor: 0.15 } : { fair: 0.02, poor: 0.08 });

/** Whether a line loses, or holds up, more than a call of G.711 bears. */
export const slowLine = (loss: number, rttMs: number) => loss > 0.03 || rttMs > 600;

/** Readings of the last seconds and what they amount to. */
export class QualityMeter {
  private readings: Reading[] = [];
  private badSince: number | null = null;

  reset(): void {
    this.readings = [];
    this.badSince = null;
  }

  /** Takes one reading a second; gives the word for the volunteer and the figures behind it. */
  take(r: Reading, opus = false): { quality: Quality; figures: Figures } {
    this.readings = [...this.readings.filter((o) => r.at - o.at <= 5500), r];
    const first = this.readings[0]!;
    const got = r.packets - first.packets, lost = Math.max(0, r.lost - first.lost);
    const samples = r.samples - first.samples;
    const figures: Figures = {
      rtt_ms: Math.round(r.rtt_ms), jitter_ms: Math.round(r.jitter_ms),
      loss: got + lost > 0 ? lost / (got + lost) : 0,
      concealed: samples > 0 ? Math.max(0, r.concealed - first.concealed) / samples : 0,
    };
    return { quality: this.judge(r, figures, opus), figures };
  }

  // A fair line must stay fair for five seconds before it is called so; a poor
  // one is called at once.
  private judge(r: Reading, f: Figures, opus: boolean): Quality {
    const { fair, poor } = losses(opus);
    const silent = r.packets === this.readings.findLast((o) => r.at - o.at >= 1900)?.packets; // a hidden page looks seldom
    if (f.loss > poor || f.rtt_ms > 600 || silent) {
      this.badSince ??= r.at;
      return "poor";
    }
    if (f.loss > fair || f.jitter_ms > 30 || f.rtt_ms > 300) {
      this.badSince ??= r.at;
      return r.at - this.badSince >= 5000 ? "fair" : "good";
    }
    this.badSince = null;
    return "good";
  }
}

/** Somebody speaks while she is muted, and does not know it. */
export class MutedVoice {
  private loud = 0;
  private quiet = 0;
  private told = false;

  /** Takes how loud it is twice a second; true while she should be told. */
  take(muted: boolean, db: number): boolean {
    if (!muted) {
      this.loud = this.quiet = 0;
      return (this.told = false);
    }
    const speaks = db > VOICE_DB + 5;
    this.loud = speaks ? this.loud + 1 : Math.max(0, this.loud - 1);
    this.quiet = speaks ? 0 : this.quiet + 1;
    if (this.loud >= 3) this.told = true;
    if (this.quiet >= 10) this.told = false;
    return this.told;
  }
}

/** Counts checks without a new packet; true when the path must be presumed dead. */
export class Watchdog {
  private last = -1;
  private still = 0;
  private flowed = false;

  reset(): void {
    this.last = -1;
    this.still = 0;
    this.flowed = false;
  }

  /** Takes the packet count every 250 ms. A path that never carried any is not judged. */
  take(packets: number): boolean {
    if (packets !== this.last) {
      this.flowed ||= this.last >= 0 && packets > this.last;
      this.last = packets;
      this.still = 0;
      return false;
    }
    this.still++;
    return this.flowed && this.still >= 3;
  }
}
