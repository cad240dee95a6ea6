/** What may enter the text, and in which form. */

/** As `MAX_CHARACTERS` of `labwidgets/text`: the store takes no longer text. */
export const MAX_CHARS = 20_000;

/** Longer pages are cut, so that nothing hangs. */
const MAX_HTML = 1_000_000;

export interface Cleaned {
  text: string;
  /** What was left out, in words for the user; null when nothing was. */
  notice: string | null;
}

// Joiners and marks of direction carry meaning and stay. What turns whole stretches of text around does not: one
// of them without its end makes the rest unreadable. What is left of \p{Cs} are halves of surrogate pairs.
const CONTROL = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]/gu;
const BREAKS = /[ \t]*[\t\n\v\f\r\u0085\u2028\u2029]+[ \t]*/g;

/** One paragraph of plain text. */
export function clean(text: string): string {
  return text.replace(BREAKS, " ").replace(CONTROL, "");
}

/** The form in which text is stored: canonically composed, as `stored_text` of `labwidgets/text` gives it. */
export function composed(text: string): string {
  return text.normalize("NFC");
}

export function cleanPaste(pasted: string): Cleaned {
  // Cut before the search: a paste of many megabytes should cost nothing.
  const head = pasted.slice(0, 2 * MAX_CHARS);
  const flat = head.replace(BREAKS, " ");
  const bare = flat.replace(CONTROL, "");
  const notices: string[] = [];
  if (bare.length < flat.length) notices.push("Control characters were left out of the paste.");
  const whole = composed(bare);
  const text = cutAtSign(whole, MAX_CHARS);
  if (text.length < whole.length || head.length < pasted.length) {
    notices.push(`The paste was cut to its first ${text.length.toLocaleString("en")} characters.`);
  }
  return { text, notice: notices.join(" ") || null };
}

/** The text, or as many whole written signs of it as fit into `max` code units. */
export function cutAtSign(text: string, max: number): string {
  if (text.length <= max) return text;
  const signs = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return text.slice(0, signs.segment(text).containing(max)?.index ?? max);
}

/** What a page would show of HTML, without scripts, styles and pictures. */
export function textOfHtml(html: string): string {
  const page = new DOMParser().parseFromString(html.slice(0, MAX_HTML), "text/html");
  for (const element of page.querySelectorAll("script, style, template, title, noscript")) element.remove();
  for (const element of page.querySelectorAll("br, p, div, li, tr, td, th, h1, h2, h3, h4, h5, h6")) {
    element.after(" ");
  }
  return (page.body.textContent ?? "").trim();
}
