// Tired hands press twice. The second press is meant for what the first one hit: not
// for Hang up, which has come into the place of Answer meanwhile.

const AGAIN_MS = 500;
const NEAR = 40; // pixels

/** One press of a pointer. */
export interface Press { on: Element | null; at: number; x: number; y: number }

/** Whether next is the second half of a double press whose first half took its target away. */
export function stray(first: Press | null, next: Press): boolean {
  return !!first?.on && !first.on.isConnected && next.at - first.at < AGAIN_MS && Math.hypot(next.x - first.x, next.y - first.y) < NEAR;
}

/** Drops such presses. */
export function dropStrayPresses(): void {
  let first: Press | null = null;
  addEventListener("click", (e) => {
    if (e.detail === 0) return; // a key, or a label's own click
    const press = { on: e.target instanceof Element ? e.target.closest("button, a, label, summary") ?? e.target : null, at: e.timeStamp, x: e.clientX, y: e.clientY };
    if (stray(first, press)) {
      e.preventDefault();
      e.stopImmediatePropagation();
    } else first = press;
  }, { capture: true });
}
