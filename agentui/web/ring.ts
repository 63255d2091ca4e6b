// What makes a volunteer look up: a soft ring on the ringer's device, the tab's
// title, a notification, the phone's vibration, the app's badge. All of it
// starts with the offer's message and stops with its outcome, within one frame.
// Nothing here may say who calls or why: a lock screen is public.

import { sink } from "./devices";

/** The texts a ring shows outside the page. */
export interface RingWords {
  title: string; // of the tab while it rings
  body: string; // of the notification
}

const VOLUME = 0.7;

/** Rings for at most one offer at a time. */
export class Ring {
  private context: AudioContext | null = null;
  private source: AudioBufferSourceNode | null = null;
  private readonly out = new Audio();
  private offer: number | null = null;
  private flash = 0;
  private title = "";
  private note: Notification | null = null;
  private closeNote: (() => void) | null = null; // of one a worker shows

  /** changed is told when the browser lets the ring sound, or does no longer. */
  constructor(private readonly changed: () => void = () => undefined) {
    this.out.hidden = true;
    document.body.append(this.out);
    // After a reload or a takeover there may have been no click yet: the first
    // one anywhere is enough.
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => this.context && this.unlock(), { capture: true });
  }

  /**
   * Lets the browser play the ring later. From a click it always may; without
   * one it may while the page uses the microphone, so this is tried again.
   */
  unlock(): void {
    try {
      if (!this.context) {
        this.context = new AudioContext();
        this.context.onstatechange = () => this.changed();
      }
      if (this.context.state !== "running") void this.context.resume().catch(() => undefined);
    } catch {
      this.context = null;
    }
  }

  /** The browser would keep a ring silent until she clicks. */
  get locked(): boolean {
    return this.context?.state !== "running";
  }

  /** Rings for offer until stop, on the device. Ringing for the same offer again changes nothing. */
  start(offer: number, device: string, words: RingWords): void {
    if (this.offer === offer) return;
    this.stop();
    this.offer = offer;
    this.sound(device);
    this.flashTitle(words.title);
    this.notify(offer, words);
    if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.([400, 200, 400, 2000, 400, 200, 400, 2000, 400, 200, 400]);
    void navigator.setAppBadge?.(1).catch(() => undefined);
  }

  /** Silence at once. */
  stop(): void {
    if (this.offer === null) return;
    this.offer = null;
    this.quiet();
    clearInterval(this.flash);
    document.title = this.title;
    this.note?.close();
    this.closeNote?.();
    this.note = this.closeNote = null;
    if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(0);
    void navigator.clearAppBadge?.().catch(() => undefined);
  }

  /** One round of the ring, to try the device. */
  test(device: string): void {
    this.unlock();
    if (this.offer !== null) return;
    this.sound(device, false);
  }

  private sound(device: string, loop = true): void {
    this.quiet();
    this.unlock();
    const c = this.context;
    if (!c) return;
    const gain = c.createGain();
    gain.gain.value = VOLUME;
    const source = c.createBufferSource();
    source.buffer = melody(c);
    source.loop = loop; // the loop runs in the audio thread: a background tab's timers are too slow
    source.connect(gain);
    if (device && "setSinkId" in this.out) {
      const dest = c.createMediaStreamDestination();
      gain.connect(dest);
      this.out.srcObject = dest.stream;
      void sink(this.out, device).then(() => this.out.play()).catch(() => undefined);
    } else {
      gain.connect(c.destination);
    }
    source.start();
    this.source = source;
  }

  private quiet(): void {
    this.source?.stop();
    this.source?.disconnect();
    this.source = null;
    this.out.pause();
    this.out.srcObject = null;
  }

  private flashTitle(ringing: string): void {
    this.title = document.title;
    let on = true;
    document.title = ringing;
    this.flash = window.setInterval(() => {
      on = !on;
      document.title = on ? ringing : this.title;
    }, 1000);
  }

  private notify(offer: number, words: RingWords): void {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    try {
      const n = new Notification(words.title, {
        body: words.body, tag: `sahut-offer-${offer}`, requireInteraction: true, silent: true,
      });
      n.onclick = () => {
        window.focus();
        n.close();
      };
      this.note = n;
    } catch {
      void this.notifyByWorker(offer, words); // Android lets service workers only
    }
  }

  private async notifyByWorker(offer: number, words: RingWords): Promise<void> {
    const tag = `sahut-offer-${offer}`;
    try {
      const worker = await navigator.serviceWorker.ready;
      if (this.offer !== offer) return; // over by now
      await worker.showNotification(words.title, { body: words.body, tag, requireInteraction: true, silent: true });
      const close = async () => (await worker.getNotifications({ tag })).forEach((n) => n.close());
      if (this.offer === offer) this.closeNote = () => void close();
      else await close();
    } catch {
      // it rings without
    }
  }
}

// melody is two rounds of three soft notes and a rest, 3.2 s: noticed from the
// kitchen, and not a fright at three in the morning.
function melody(c: AudioContext): AudioBuffer {
  const rate = c.sampleRate;
  const buffer = c.createBuffer(1, Math.round(rate * 3.2), rate);
  const data = buffer.getChannelData(0);
  const notes: [start: number, hz: number][] = [
    [0, 523.25], [0.16, 659.25], [0.32, 783.99],
    [0.9, 523.25], [1.06, 659.25], [1.22, 783.99],
  ];
  for (const [start, hz] of notes) {
    const first = Math.round(start * rate);
    const length = Math.min(Math.round(0.9 * rate), data.length - first);
    for (let i = 0; i < length; i++) {
      const t = i / rate;
      const envelope = Math.min(1, t / 0.008) * Math.exp(-t * 5.5);
      const wave = Math.sin(2 * Math.PI * hz * t) + 0.3 * Math.sin(4 * Math.PI * hz * t) * Math.exp(-t * 6);
      data[first + i]! += 0.34 * envelope * wave;
    }
  }
  return buffer;
}
