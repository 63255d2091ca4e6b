// The wire of the wallboard: pictures by server-sent events, and a new connection
// whenever the old one is silent. A connection over a network that changed hangs
// without an event, so only a picture proves that it lives.

/** The server sends at least every two seconds; silence this long is a dead connection. */
export const SILENT_MS = 6000;
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 5000;

export interface StreamOptions {
  url: string;
  picture(text: string): void;
  /** A connection was refused or broke; a new one is tried by itself. */
  lost(): void;
}

/** One page's stream, reopened for as long as the page is open. */
export class Stream {
  private source: EventSource | null = null;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private backoff = BACKOFF_MIN_MS;
  private heard = 0; // by the wall clock, which goes on while a machine sleeps; timers do not

  constructor(private readonly opts: StreamOptions) {}

  /** Connects, and stays connected. */
  start(): void {
    this.drop();
    const source = new EventSource(this.opts.url);
    this.source = source;
    this.heard = Date.now();
    this.expect();
    source.onmessage = (e: MessageEvent<string>) => {
      if (source !== this.source) return;
      this.backoff = BACKOFF_MIN_MS;
      this.heard = Date.now();
      this.expect();
      this.opts.picture(e.data);
    };
    source.onerror = () => {
      if (source === this.source) this.lost();
    };
  }

  /** Looks now whether the connection lives: the machine woke, or is on-line again. */
  hurry(): void {
    if (!this.source || Date.now() - this.heard > SILENT_MS) this.start();
  }

  // expect starts the time within which the next picture must come.
  private expect(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      this.opts.lost();
      this.start();
    }, SILENT_MS);
  }

  // lost: the browser would try again by itself, but not always and not soon.
  private lost(): void {
    this.drop();
    this.opts.lost();
    const wait = this.backoff * (0.75 + Math.random() / 2);
    this.backoff = Math.min(this.backoff * 2, BACKOFF_MAX_MS);
    this.retry = setTimeout(() => this.start(), wait);
  }

  private drop(): void {
    clearTimeout(this.silence);
    clearTimeout(this.retry);
    const old = this.source;
    this.source = null;
    old?.close();
  }
}
