// Why nobody was rung for a caller, as the journal keeps it: "sari:paused
// dewi:gender offline=28".

/** The same in words; name gives a volunteer's alias. */
export function reasonsSaid(text: string, reasons: Record<string, string>, name: (agent: string) => string, nobody: string): string {
  const say = (reason: string) => reasons[reason] ?? reason;
  return text.split(" ").map((part) => {
    const named = part.lastIndexOf(":"); // a reason has none
    if (named > 0) return `${name(part.slice(0, named))} ${say(part.slice(named + 1))}`;
    const [reason = "", n] = part.split("=");
    return n ? `${n} × ${say(reason)}` : nobody.replace(/[.]$/, "");
  }).join("; ");
}
