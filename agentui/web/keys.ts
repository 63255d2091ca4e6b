// Which key does what: the house's choice, or hers, kept in this browser.

export const actions = ["answer", "decline", "mute", "keypad", "hold", "transfer", "sos", "hangUp"] as const;
export type Action = (typeof actions)[number];
export type Keys = Readonly<Record<Action, string>>;

/** As everybody begins; written as aria-keyshortcuts wants it. */
export const usualKeys: Keys = {
  answer: "F2", decline: "Shift+F2", mute: "F4", keypad: "Shift+F4", hold: "F8", transfer: "Shift+F8", sos: "Shift+F9", hangUp: "F9",
};

/** What of a key press names it. */
export type Press = Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "altKey" | "ctrlKey" | "metaKey">;

/** The name of a press. Letters go by their place, for Alt writes other signs with them. */
export function nameOf(e: Press): string {
  const plain = /^(?:Key|Digit)(.)$/.exec(e.code)?.[1] ?? e.key;
  return (e.ctrlKey ? "Control+" : "") + (e.altKey ? "Alt+" : "") + (e.metaKey ? "Meta+" : "") + (e.shiftKey ? "Shift+" : "") + plain;
}

/** Whether a press is a modifier alone: more is to come. */
export function unfinished(e: Press): boolean {
  return ["Shift", "Alt", "Control", "Meta", "AltGraph", "CapsLock"].includes(e.key);
}

// Help, search, reload, caret, menu, full screen, developer: the browser's own.
const browsers = ["F1", "F3", "F5", "F6", "F7", "F10", "F11", "F12", "Shift+F5", "Shift+F10"];

/**
 * Whether a key can be one of these. It must work while she types a note, and be no
 * character (WCAG 2.1.4): function keys, or a letter or digit with Alt and Shift.
 */
export function fits(name: string): boolean {
  return (/^(?:Shift\+)?F(?:[1-9]|1[0-9]|2[0-4])$/.test(name) && !browsers.includes(name)) || /^Alt\+Shift\+[A-Z0-9]$/.test(name);
}

/** What a key does. */
export function actionOf(keys: Keys, name: string): Action | null {
  return actions.find((a) => keys[a] === name) ?? null;
}

/** As it stands on a button. */
export function shown(name: string): string {
  return name.replace("Shift+", "⇧").replace("Alt+", "Alt ");
}

const KEY = "sahut.keys";

/** Her keys; one that is not good any more is the usual one. */
export function keptKeys(): Keys {
  const keys: Record<Action, string> = { ...usualKeys };
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    for (const a of actions) {
      const name = kept && typeof kept === "object" ? (kept as Record<string, unknown>)[a] : "";
      if (typeof name === "string" && fits(name)) keys[a] = name;
    }
  } catch {
    return usualKeys;
  }
  return new Set(Object.values(keys)).size === actions.length ? keys : usualKeys;
}

/** Keeps them in this browser. */
export function keepKeys(keys: Keys): void {
  localStorage.setItem(KEY, JSON.stringify(keys));
}
