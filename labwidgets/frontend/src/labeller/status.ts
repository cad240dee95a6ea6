import type { LinkState } from "../core/link";
import type { OutboxState } from "./outbox";

export interface StatusInput {
  link: LinkState;
  outbox: OutboxState;
  /** Edits that nothing but this page has. */
  n_loose: number;
  /** Typed ones that the kernel keeps, because the browser keeps nothing, or no more. */
  n_copied: number;
  /** How long the oldest request has been waiting for the kernel, ms. */
  waiting_ms: number;
  n_kept: number;
  n_refused: number;
  isDirty: boolean;
  n_saved: number;
}

export interface Status {
  tone: "ok" | "calm" | "warn";
  sign: string;
  text: string;
}

const PATIENCE_MS = 3_000;

/** A number of edits in words. */
export function edits(n: number): string {
  return n === 1 ? "1 edit" : `${n} edits`;
}

/** The one line that says where the work stands; the worst news wins. */
export function statusOf(input: StatusInput): Status {
  const { outbox, n_kept } = input;
  const where = input.n_loose > 0 ? "in this page only" : "in this browser";
  if (input.link !== "alive") {
    const n = outbox.n_pending + n_kept;
    const place = n > 0 && n === input.n_copied ? "in the project" : where;
    const kept = n > 0 ? `, ${edits(n)} kept ${place}` : "";
    const text = input.link === "gone" ? `kernel gone${kept}: run the cell again` : `no connection${kept}`;
    return { tone: "warn", sign: "○", text };
  }
  if (input.n_refused > 0) {
    return { tone: "warn", sign: "⚠", text: `${edits(input.n_refused)} not accepted` };
  }
  if (outbox.n_failures > 0) {
    const reason = outbox.reason ? ` (${outbox.reason})` : "";
    return { tone: "warn", sign: "◌", text: `kept ${where}, not saved yet: ${outbox.n_pending}${reason}` };
  }
  if (Math.max(input.waiting_ms, outbox.waiting_ms) > PATIENCE_MS) {
    const kept = outbox.n_pending > 0 ? `; kept ${where}, not saved yet: ${outbox.n_pending}` : "";
    return { tone: "warn", sign: "◌", text: `kernel busy${kept}` };
  }
  if (outbox.n_pending > 0) return { tone: "calm", sign: "◌", text: "saving" };
  if (n_kept > 0) {
    const others = n_kept - (input.isDirty ? 1 : 0);
    const what = others > 0 ? `${edits(n_kept)} not submitted` : "edited, not submitted";
    return {
      tone: "calm",
      sign: "✎",
      text: n_kept === input.n_copied ? `${what}, kept in the project` : what,
    };
  }
  if (input.n_saved > 0) return { tone: "ok", sign: "●", text: "saved" };
  return { tone: "calm", sign: "●", text: "ready" };
}
