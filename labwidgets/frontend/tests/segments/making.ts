import type { Region } from "../../src/segments/regions";

/** A row, with what a test says of it. */
export function region(segment: string, start_s: number, end_s: number, more: Partial<Region> = {}): Region {
  const rest = { version: 1, channel: -1, speaker: null, state: "open", text: "", origin: null } as const;
  return { segment, start_s, end_s, ...rest, revision: 0, confidence: null, flags: [], ...more };
}
