import type { Region } from "./regions";

export interface Filter {
  search: string;
  /** A name; null for all; "" for those without one. */
  speaker: string | null;
  state: "all" | "open" | "done" | "skipped" | "flagged";
}

export const NO_FILTER: Filter = { search: "", speaker: null, state: "all" };

/** Rows that a filter lets through. Search looks at all of its words, in text or name, whatever their order. */
export function filtered(rows: readonly Region[], { search, speaker, state }: Filter): readonly Region[] {
  const wanted = fold(search).split(/\s+/u).filter(Boolean);
  if (wanted.length === 0 && speaker === null && state === "all") return rows;
  return rows.filter((row) => {
    if (speaker !== null && (row.speaker ?? "") !== speaker) return false;
    if (state === "flagged" ? row.flags.length === 0 : state !== "all" && row.state !== state) return false;
    if (wanted.length === 0) return true;
    const text = fold(`${row.text} ${row.speaker ?? ""}`);
    return wanted.every((word) => text.includes(word));
  });
}

function fold(text: string): string {
  return text.normalize("NFC").toLocaleLowerCase();
}
