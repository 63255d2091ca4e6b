// A screen that must not go dark while it hangs on the wall.

let lock: WakeLockSentinel | null = null;
let wanted = false;

async function take(): Promise<void> {
  if (!wanted || lock || document.visibilityState !== "visible") return;
  lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
  lock?.addEventListener("release", () => { lock = null; });
  if (!wanted) await lock?.release();
}

document.addEventListener("visibilitychange", () => void take()); // a hidden page loses its lock

/** Keeps the screen on, as far as the browser lets it, or lets it sleep again. */
export function stayAwake(on: boolean): void {
  wanted = on;
  if (on) void take();
  else void lock?.release();
}
