// Her own shifts of the next days, asked for when the page opens, when her shift
// turns, and now and then, because an administrator may change the plan.

import type { MyShifts } from "./messages";

const EVERY_MS = 15 * 60_000;

export class ShiftsWatch {
  private mark: string | null = null;

  constructor(private readonly report: (shifts: MyShifts) => void) {
    window.setInterval(() => void this.load(), EVERY_MS);
  }

  /** The shift the server shows her; another one is a reason to look again. */
  follow(mark: string): void {
    if (mark === this.mark) return;
    this.mark = mark;
    void this.load();
  }

  // What was known stays when the server does not answer: it is a plan.
  private async load(): Promise<void> {
    try {
      const r = await fetch("/api/v1/me/shifts", { signal: AbortSignal.timeout(8000) });
      if (r.ok) this.report((await r.json()) as MyShifts);
    } catch {
      // asked again later
    }
  }
}
