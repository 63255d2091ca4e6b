// The lock of the page: pressed, or after a while without a sign of her. The lock
// itself is the server's; here the page is covered at once, and the server is
// asked until it has heard.

/** How the attempt to unlock went. */
export type UnlockTrouble = "" | "wrong" | "wait" | "failed";

export interface LockOptions {
  cover(on: boolean): void;
  before(): Promise<unknown>; // what must be kept first; it is waited for a moment only
  request(what: "lock" | "unlock", body: unknown): Promise<number>; // the status, 0: none
  later(ms: number, f: () => void): void;
}

const AGAIN_MS = 2000;

export class PageLock {
  private wanted = false; // the server has not heard yet
  private seen = 0;
  private after = 0;

  constructor(private readonly o: LockOptions, now: number) {
    this.seen = now;
  }

  /** A key, a movement, her voice. */
  sign(now: number): void {
    this.seen = now;
  }

  /** The server says after how many seconds; 0 never. */
  lockAfter(seconds: number): void {
    this.after = seconds * 1000;
  }

  /** What the server says, unless this page asked for another and was not heard yet. */
  told(locked: boolean): boolean {
    if (locked) this.wanted = false;
    return locked || this.wanted;
  }

  /** Whether it is time; a laptop that slept finds out when it wakes. */
  due(now: number): boolean {
    return this.after > 0 && now - this.seen >= this.after;
  }

  lock(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.o.cover(true);
    void this.o.before().then(() => this.ask());
  }

  private async ask(): Promise<void> {
    if (!this.wanted) return;
    const status = await this.o.request("lock", {});
    if (status === 204 || status === 401) this.wanted = false; // signed out, it is covered anyway
    else this.o.later(AGAIN_MS, () => void this.ask());
  }

  async unlock(password: string, now: number): Promise<UnlockTrouble> {
    const status = await this.o.request("unlock", { password });
    if (status === 403) return "wrong";
    if (status === 429) return "wait";
    if (status !== 204) return "failed";
    this.wanted = false;
    this.seen = now;
    this.o.cover(false);
    return "";
  }
}

/** Calls sign whenever somebody touches the page. */
export function listenForSigns(sign: () => void): void {
  for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) addEventListener(kind, sign, { passive: true, capture: true });
}
