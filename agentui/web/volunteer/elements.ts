// Small elements that move by themselves, so that a second's tick or a breath
// into the microphone does not redraw the screen. Light DOM, no inline styles.

import { meter } from "../levels";

const tickers = new Set<() => void>();
let beat = 0;

function subscribe(f: () => void): void {
  tickers.add(f);
  beat ||= window.setInterval(() => tickers.forEach((t) => t()), 250);
}

function unsubscribe(f: () => void): void {
  tickers.delete(f);
  if (tickers.size > 0) return;
  clearInterval(beat);
  beat = 0;
}

/** Text that is a function of the time: `<sahut-tick .text=${(now) => …}>`. */
export class Tick extends HTMLElement {
  private make: (now: number) => string = () => "";
  private readonly update = () => {
    const text = this.make(Date.now());
    if (text !== this.textContent) this.textContent = text;
  };

  set text(make: (now: number) => string) {
    this.make = make;
    this.update();
  }

  connectedCallback(): void {
    subscribe(this.update);
    this.update();
  }

  disconnectedCallback(): void {
    unsubscribe(this.update);
  }
}

/** A bar that runs empty: `<sahut-bar .share=${(now) => 0.7}>`. Only to look at; words stand beside it. */
export class Bar extends HTMLElement {
  private make: (now: number) => number = () => 0;
  private bar: HTMLElement | null = null;
  private readonly update = () => {
    const part = Math.min(1, Math.max(0, this.make(Date.now())));
    this.bar?.style.setProperty("transform", `scaleX(${part.toFixed(4)})`);
  };

  set share(make: (now: number) => number) {
    this.make = make;
    this.update();
  }

  connectedCallback(): void {
    this.setAttribute("aria-hidden", "true");
    if (!this.bar) {
      this.bar = document.createElement("span");
      this.append(this.bar);
    }
    subscribe(this.update);
    this.update();
  }

  disconnectedCallback(): void {
    unsubscribe(this.update);
  }
}

const SEGMENTS = 20;

/** The words of a meter, for those who cannot see it move. */
export interface MeterWords {
  name: string;
  silent: string;
  quiet: string;
  good: string;
  loud: string;
}

/** The microphone's loudness: `<sahut-meter .level=${() => db} .words=${…}>`. */
export class Meter extends HTMLElement {
  level: () => number = () => -100;
  private say: MeterWords = { name: "", silent: "", quiet: "", good: "", loud: "" };
  private readonly segments: HTMLElement[] = [];
  private frame = 0;
  private shown = 0;
  private spokenAt = 0;

  set words(w: MeterWords) {
    this.say = w;
    this.setAttribute("aria-label", w.name);
  }

  connectedCallback(): void {
    this.setAttribute("role", "meter");
    this.setAttribute("aria-valuemin", "0");
    this.setAttribute("aria-valuemax", "100");
    if (this.segments.length === 0) {
      for (let i = 0; i < SEGMENTS; i++) this.segments.push(document.createElement("span"));
      this.append(...this.segments);
    }
    this.paint(0);
  }

  disconnectedCallback(): void {
    cancelAnimationFrame(this.frame);
  }

  private paint(now: number): void {
    this.frame = requestAnimationFrame((t) => this.paint(t));
    const db = this.level();
    // Up at once, down slowly: as the eye expects of a meter.
    this.shown = Math.max(meter(db), this.shown - 0.02);
    const lit = Math.round(this.shown * SEGMENTS);
    this.segments.forEach((s, i) => {
      const on = i < lit;
      if (s.classList.contains("on") !== on) s.classList.toggle("on", on);
    });
    if (now - this.spokenAt < 1000 && this.spokenAt) return;
    this.spokenAt = now || 1;
    const word = db < -55 ? this.say.silent : db < -40 ? this.say.quiet : db < -8 ? this.say.good : this.say.loud;
    this.setAttribute("aria-valuenow", String(Math.round(this.shown * 100)));
    this.setAttribute("aria-valuetext", word);
  }
}

customElements.define("sahut-tick", Tick);
customElements.define("sahut-bar", Bar);
customElements.define("sahut-meter", Meter);
