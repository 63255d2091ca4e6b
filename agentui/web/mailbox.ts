// The messages callers left in her queues: asked for while the page is looked at,
// for colleagues take them too.

import type { VoiceMessage } from "./messages";
import type { Snapshot } from "./store";

const EVERY_MS = 20_000;

export class Mailbox {
  constructor(private readonly now: () => Snapshot, private readonly patch: (part: Partial<Snapshot>) => void) {
    window.setInterval(() => void this.load(), EVERY_MS);
  }

  async load(): Promise<void> {
    const { view, link } = this.now();
    if (document.visibilityState !== "visible" || link !== "live" || !view || view.state === "offline") return;
    try {
      const r = await fetch("/api/v1/messages", { signal: AbortSignal.timeout(5000) });
      if (r.ok) this.patch({ messages: ((await r.json()) as { messages: VoiceMessage[] }).messages });
    } catch {
      // the next round asks again
    }
  }

  async mark(id: string, state: string): Promise<void> {
    try {
      await fetch(`/api/v1/messages/${encodeURIComponent(id)}`, {
        method: "PATCH", headers: { "Content-Type": "application/json", "X-Sahut": "1" }, body: JSON.stringify({ state }), signal: AbortSignal.timeout(5000),
      });
    } finally {
      if (this.now().playing === id && state !== "taken") this.patch({ playing: "" });
      await this.load();
    }
  }
}
