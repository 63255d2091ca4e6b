// Her own day, asked for while she looks at it: nobody else's is to be had.

import type { MyDay } from "./messages";

export type DayShown = "closed" | "loading" | "failed" | MyDay;

const EVERY_MS = 60_000;

export class DayWatch {
  private open = false;
  private mark = "";
  private timer = 0;

  constructor(private readonly report: (day: DayShown) => void) {}

  /** She opens or closes it. */
  show(open: boolean): void {
    if (open === this.open) return;
    this.open = open;
    clearInterval(this.timer);
    this.report(open ? "loading" : "closed");
    if (!open) return;
    this.timer = window.setInterval(() => void this.load(), EVERY_MS);
    void this.load();
  }

  /** What she does now; a change is a new line of the day. */
  follow(mark: string): void {
    if (mark === this.mark) return;
    this.mark = mark;
    if (this.open) void this.load();
  }

  private async load(): Promise<void> {
    if (document.visibilityState !== "visible") return;
    const midnight = new Date();
    midnight.setHours(0, 0, 0, 0);
    try {
      const r = await fetch(`/api/v1/me/day?from=${encodeURIComponent(midnight.toISOString())}`, { signal: AbortSignal.timeout(8000) });
      if (!r.ok) throw new Error(String(r.status));
      const day = (await r.json()) as MyDay;
      if (this.open) this.report(day);
    } catch {
      if (this.open) this.report("failed");
    }
  }
}
