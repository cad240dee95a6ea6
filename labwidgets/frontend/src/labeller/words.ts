import type { CountsPayload, QueueRowPayload } from "../core/protocol";

/** "0:06.2", "1:02:03". */
export function clock(time_s: number): string {
  const total_s = Math.max(0, time_s);
  const h = Math.floor(total_s / 3_600);
  const m = Math.floor((total_s % 3_600) / 60);
  const s = total_s % 60;
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${s.toFixed(1).padStart(4, "0")}`;
}

/** A length of sound for people: "6.2 s", "31 min", "2.1 h". */
export function span(time_s: number): string {
  if (time_s < 60) return `${time_s.toFixed(1)} s`;
  if (time_s < 3_600) return `${Math.round(time_s / 60)} min`;
  return `${(time_s / 3_600).toFixed(1)} h`;
}

export function count(n: number): string {
  return n.toLocaleString("en-US").replaceAll(",", "\u202f");
}

export function progress(counts: CountsPayload): { segments: string; sound: string; left: string } {
  const { done, total, done_s, total_s, minutes_left } = counts;
  return {
    segments: `${count(done)} / ${count(total)}`,
    sound: ` · ${span(done_s)} of ${span(total_s)}`,
    left:
      minutes_left === null || minutes_left <= 0
        ? ""
        : ` · about ${span(60 * Math.max(1, minutes_left))} left`,
  };
}

export const ORDER_NAMES: Record<string, string> = {
  added: "as added",
  value: "most worth it first",
  least_confident: "least confident first",
  most_confident: "most confident first",
  shortest: "shortest first",
  longest: "longest first",
  random: "random order",
  recent: "recently changed first",
};

export const FILTER_NAMES: Record<string, string> = {
  all: "all",
  open: "open",
  done: "done",
  skipped: "skipped",
  flagged: "flagged",
  blocked: "blocked",
  audits: "audits",
  decided: "decided by the model",
};

export type Mark = "current" | "saving" | "refused" | "kept" | QueueRowPayload["state"];

export const MARKS: Record<Mark, { sign: string; name: string }> = {
  current: { sign: "▶", name: "open here" },
  saving: { sign: "…", name: "saving" },
  refused: { sign: "⚠", name: "not accepted" },
  kept: { sign: "✎", name: "edited, not submitted" },
  open: { sign: "", name: "to do" },
  done: { sign: "✓", name: "done" },
  skipped: { sign: "–", name: "skipped" },
  blocked: { sign: "×", name: "blocked" },
};

export const MOVED = {
  title: "The labelling goes on in the newer view",
  text: "What was typed here and not saved yet was handed to it.",
};

/** What the page says where there is no segment to show. */
export function emptyWords(counts: CountsPayload | null, filter: string): { title: string; text: string } {
  if (!counts || counts.total === 0) {
    return {
      title: "There is nothing in this project yet",
      text: "Add recordings in a cell of the notebook; they appear here by themselves.",
    };
  }
  const nOpen = counts.total - counts.done - counts.skipped - counts.blocked;
  const parts = [`${count(counts.done)} done`, `${count(counts.skipped)} skipped`];
  if (counts.blocked > 0) parts.push(`${count(counts.blocked)} blocked (their audio cannot be used)`);
  if (nOpen > 0) {
    return {
      title: "Nothing left to do in this view",
      text: `${count(nOpen)} segments are still open, outside the filter “${FILTER_NAMES[filter] ?? filter}” or the search. ${parts.join(", ")}.`,
    };
  }
  return { title: "Nothing left to do", text: `${parts.join(", ")}, of ${count(counts.total)} segments.` };
}
