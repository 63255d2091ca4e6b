// The wire to the server: a one-time ticket, a websocket, hello and welcome,
// and a new connection whenever the old one is silent. It knows nothing of
// screens or sound; whoever owns it gets every message in order.

import type { ClientMessage, ServerMessage } from "./messages";
import type { Link } from "./store";

/** What this page speaks. */
export const VERSIONS = [1];

// A dead connection often hangs without an event (a laptop that changed its
// network), so silence after a ping is the only proof that counts.
const PING_MS = 2000;
const DEADLINE_MS = 3000;
const BACKOFF_MIN_MS = 200;
const BACKOFF_MAX_MS = 5000;
const SIGNED_OUT_MS = 3000;

// Close codes after which trying again by itself is of no use.
const final: Partial<Record<number, Link>> = { 4001: "replaced", 4002: "outdated", 4003: "signed_out" };

export interface LiveOptions {
  message(m: ServerMessage): void;
  link(l: Link): void;
  /** A call is on: who was signed out may sign in again beside it, so it is tried on. */
  holds(): boolean;
}

/** One page's connection, reopened until stop. */
export class Live {
  private socket: WebSocket | null = null;
  private stopped = true;
  private takeover = false;
  private welcomed = false;
  private everWelcomed = false;
  private backoff = BACKOFF_MIN_MS;
  private retry = 0;
  private pinger = 0;
  private deadline = 0;
  private attempt = 0; // a ticket that comes after its attempt was given up opens nothing

  constructor(private opts: LiveOptions) {
    // Both only hurry up what the ping would find out.
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.hurry();
    });
  }

  /** Connects and stays connected. */
  start(): void {
    this.stopped = false;
    void this.connect();
  }

  /** Closes for good: sign-out, or another tab has the shift. */
  stop(): void {
    this.stopped = true;
    this.drop();
    clearTimeout(this.retry);
  }

  /** Takes the shift over from the other tab. */
  takeOver(): void {
    this.takeover = true;
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.write({ type: "takeover" });
      return;
    }
    this.stopped = false;
    this.backoff = BACKOFF_MIN_MS;
    void this.connect();
  }

  /** Sends m now; false when there is no welcomed connection to send it on. */
  send(m: ClientMessage): boolean {
    if (!this.welcomed) return false;
    return this.write(m);
  }

  private write(m: ClientMessage): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(m));
    return true;
  }

  private async connect(): Promise<void> {
    this.drop();
    clearTimeout(this.retry);
    const attempt = ++this.attempt;
    const ticket = await fetchTicket();
    if (this.stopped || attempt !== this.attempt) return;
    if (ticket === "signed_out") {
      this.signedOut();
      return;
    }
    if (ticket === "failed") {
      this.lost();
      return;
    }
    const url = new URL("/live", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("ticket", ticket.ticket);
    const socket = new WebSocket(url);
    this.socket = socket;
    this.expect(); // the handshake has the same deadline as everything else
    socket.onopen = () => this.write({ type: "hello", versions: VERSIONS, takeover: this.takeover });
    socket.onmessage = (ev) => {
      if (socket === this.socket) this.got(ev.data);
    };
    socket.onclose = (ev) => {
      if (socket === this.socket) this.closed(ev.code);
    };
  }

  private got(data: unknown): void {
    clearTimeout(this.deadline);
    this.deadline = 0;
    if (typeof data !== "string") return;
    const m = JSON.parse(data) as ServerMessage;
    switch (m.type) {
      case "welcome":
        this.welcomed = this.everWelcomed = true;
        this.takeover = false;
        this.backoff = BACKOFF_MIN_MS;
        break;
      case "replaced":
        this.stopped = true;
        break;
      case "pong":
        return;
    }
    if (!this.pinger) this.pinger = window.setInterval(() => this.ping(), PING_MS);
    this.opts.message(m);
  }

  private ping(): void {
    if (this.write({ type: "ping", t: Date.now() })) this.expect();
  }

  // expect starts the deadline for the next message, whichever it is.
  private expect(): void {
    if (this.deadline) return;
    this.deadline = window.setTimeout(() => this.lost(), DEADLINE_MS);
  }

  private closed(code: number): void {
    const end = final[code];
    if (end === "signed_out") return this.signedOut();
    if (end) {
      this.stopped = true;
      this.opts.link(end);
    }
    this.lost();
  }

  private signedOut(): void {
    this.drop();
    this.opts.link("signed_out");
    this.stopped = !this.opts.holds();
    if (!this.stopped) this.retry = window.setTimeout(() => void this.connect(), SIGNED_OUT_MS);
  }

  private lost(): void {
    this.drop();
    if (this.stopped) return;
    this.opts.link(this.everWelcomed ? "retrying" : "connecting");
    // A little chance keeps a hundred pages from coming back in one breath.
    const wait = this.backoff * (0.75 + Math.random() / 2);
    this.backoff = Math.min(this.backoff * 2, BACKOFF_MAX_MS);
    this.retry = window.setTimeout(() => void this.connect(), wait);
  }

  private drop(): void {
    clearTimeout(this.deadline);
    clearInterval(this.pinger);
    this.deadline = this.pinger = 0;
    this.welcomed = false;
    const old = this.socket;
    this.socket = null;
    old?.close();
  }

  private hurry(): void {
    if (this.stopped) return;
    if (this.socket?.readyState === WebSocket.OPEN) this.ping();
    else if (!this.socket) void this.connect();
  }
}

async function fetchTicket(): Promise<{ ticket: string } | "signed_out" | "failed"> {
  try {
    const r = await fetch("/api/v1/ticket", {
      method: "POST", headers: { "X-Sahut": "1" }, signal: AbortSignal.timeout(DEADLINE_MS),
    });
    if (r.status === 401 || r.status === 403) return "signed_out";
    if (!r.ok) return "failed";
    return (await r.json()) as { ticket: string };
  } catch {
    return "failed";
  }
}
