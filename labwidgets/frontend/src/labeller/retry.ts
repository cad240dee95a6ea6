import { RequestError } from "../core/transport";

const BACK_OFF_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
/** A full disk empties by hand. */
const DISK_FULL_MS = 10_000;

/** Codes with which the kernel says no for good. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  "bad_text",
  "bad_segment",
  "bad_message",
  "bad_config",
  "not_found",
  "stale_revision",
  "stale_segments",
]);

/** What went wrong, for programs and for people. */
export interface Failure {
  code: string;
  message: string;
}

export function failureOf(error: unknown): Failure {
  const code = error instanceof RequestError ? error.code : "error";
  return { code, message: error instanceof Error ? error.message : String(error) };
}

/** How long to wait before the next try, ms; null where trying again changes nothing. */
export function retryDelay_ms(code: string, n_failures: number): number | null {
  if (FINAL_CODES.has(code)) return null;
  // The wait was long already.
  if (code === "timeout") return 0;
  if (code === "disk_full") return DISK_FULL_MS;
  return BACK_OFF_MS[Math.min(n_failures, BACK_OFF_MS.length - 1)] ?? 0;
}

/** The segment is not among the work any more: there is nowhere to open the text. */
export function isGone(code: string): boolean {
  return code === "bad_segment" || code === "not_found";
}
