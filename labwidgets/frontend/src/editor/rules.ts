/**
 * Named rules that write one text out of another: the mirror of `labwidgets/text/rules.py`.
 * `tests/text_rules.json` holds what both sides must give.
 */
import { withoutTags } from "./tags";

// What Python calls white space and a transcript may hold; `\s` would add the byte order mark.
const SPACE = /[\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu;
const SIGN = /[\p{P}\p{S}]/u;
const SIGNS = /[\p{P}\p{S}]/gu;
const DIGIT = /\p{Nd}/u;
const LETTER = /[\p{L}\p{M}]/u;
const IN_NUMBER = ".,:/'-\u2019\u066b\u066c";
const IN_WORD = "'\u2019";

function spaced(text: string): string {
  return text.replace(SPACE, " ").replace(/^ | $/g, "");
}

function noPunctuation(text: string): string {
  const kept = text.replace(SIGNS, (sign, at: number) => {
    const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? " ";
    const after = String.fromCodePoint(text.codePointAt(at + sign.length) ?? 32);
    return stays(before, sign, after) ? sign : " ";
  });
  return spaced(kept);
}

function stays(before: string, sign: string, after: string): boolean {
  const digits = Number(DIGIT.test(before)) + Number(DIGIT.test(after));
  if (digits === 2) return IN_NUMBER.includes(sign);
  if (digits === 1) {
    const isMinus = "-\u2212".includes(sign) && before.replace(SPACE, "") === "";
    return /\p{Sc}/u.test(sign) || "%\u00b0".includes(sign) || isMinus;
  }
  return IN_WORD.includes(sign) && LETTER.test(before) && LETTER.test(after);
}

export const RULES: Record<string, (text: string) => string> = {
  lower_case: (text) => text.toLowerCase(),
  no_punctuation: (text) => (SIGN.test(text) ? noPunctuation(text) : spaced(text)),
  no_tags: (text) => spaced(withoutTags(text)),
};

/** One rule after the other; no names give the text as it is. */
export function applyRules(text: string, names: readonly string[]): string {
  return names.reduce((now, name) => RULES[name]?.(now) ?? now, text);
}
