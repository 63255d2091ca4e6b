// The messages callers left in her queues: asked for while the page is looked at,
// for colleagues take them too.

import { sink } from "./devices";
import type { VoiceMessage } from "./messages";
import type { Snapshot } from "./store";

const EVERY_MS = 20_000;

export class Mailbox {
  private state = "offline";

  constructor(private readonly now: () => Snapshot, private readonly patch: (part: Partial<Snapshot>) => void) {
    window.setInterval(() => void this.load(), EVERY_MS);
  }

  /** Asks at once when she comes, and again when something of hers is over. */
  follow({ view, playing, locked }: Snapshot): void {
    const state = view?.state ?? "offline";
    if (state !== this.state) void this.load();
    this.state = state;
    if (playing && (locked || view?.offer || view?.call)) this.patch({ playing: "" }); // no voice over another, and none for who passes by
  }

  /** Plays one where she hears her callers, never aloud in the room by mistake. */
  async listen(id: string): Promise<void> {
    this.patch({ playing: id });
    await null; // it is drawn
    const sound = document.getElementById("message-sound") as HTMLAudioElement | null;
    if (!sound) return;
    sound.focus(); // the button that was pressed is gone
    await sink(sound, this.now().sound.speaker);
    await sound.play().catch(() => undefined); // its own button plays it then
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
