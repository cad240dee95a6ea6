/** What may enter the text. */

export const MAX_PASTE_CHARS = 20_000;

export interface Cleaned {
  text: string;
  /** What was left out, in words for the user; null when nothing was. */
  notice: string | null;
}

// Tab, line feed and carriage return count as space; joiners and direction marks carry meaning and stay;
// what is left of \p{Cs} are halves of surrogate pairs.
const CONTROL = /[\p{Cc}\p{Cs}\ufffe\uffff]/gu;
const BREAKS = /[ \t]*[\t\n\v\f\r\u0085\u2028\u2029]+[ \t]*/g;

/** One paragraph of plain text. */
export function clean(text: string): string {
  return text.replace(BREAKS, " ").replace(CONTROL, "");
}

export function cleanPaste(pasted: string): Cleaned {
  // Cut before the search: a paste of many megabytes should cost nothing.
  const head = pasted.slice(0, 2 * MAX_PASTE_CHARS);
  const flat = head.replace(BREAKS, " ");
  const whole = flat.replace(CONTROL, "");
  const notices: string[] = [];
  if (whole.length < flat.length) notices.push("Control characters were left out of the paste.");
  const text = whole.length > MAX_PASTE_CHARS ? cutAtCluster(whole, MAX_PASTE_CHARS) : whole;
  if (text.length < whole.length || head.length < pasted.length) {
    notices.push(`The paste was cut to its first ${text.length.toLocaleString("en")} characters.`);
  }
  return { text, notice: notices.join(" ") || null };
}

function cutAtCluster(text: string, max: number): string {
  const clusters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return text.slice(0, clusters.segment(text).containing(max)?.index ?? max);
}
