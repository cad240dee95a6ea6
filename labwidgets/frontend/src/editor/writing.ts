/**
 * Whether a text is written in the script of its language: the mirror of `labwidgets/text/writing.py` with the
 * browser's own tables (CLDR's likely scripts, Unicode's scripts of characters). `tests/text_writing.json` holds
 * what both sides must find.
 */
import { findTags } from "./tags";

const SCRIPTS =
  `Latn Deva Beng Taml Telu Arab Guru Gujr Orya Knda Mlym Sinh Olck Mtei Cyrl Grek Hebr Hani Hira Kana Hang
  Thai Laoo Khmr Mymr Tibt Ethi Armn Geor Mong Thaa Syrc Cher Nkoo Tfng Bopo Java Bali Sund Cham Lepc Limb`.split(
    /\s+/,
  );
const PARTS: Record<string, string[]> = {
  Jpan: ["Hani", "Hira", "Kana"],
  Hrkt: ["Hira", "Kana"],
  Kore: ["Hang", "Hani"],
  Hans: ["Hani"],
  Hant: ["Hani"],
  Hanb: ["Hani", "Bopo"],
  Aran: ["Arab"],
};
const NO_LANGUAGE = /^(und|mul|mis|zxx)\b/i;
const WORD = /(?:[\p{L}\p{M}'\u2019]|\u200c|\u200d)+/gu;
const LETTER = /\p{L}/gu;
const NEUTRAL = /[\p{Script=Zyyy}\p{Script=Zinh}]/u;
const TESTS = SCRIPTS.map((code): [string, RegExp] => [code, new RegExp(`\\p{Script=${code}}`, "u")]);
const UNKNOWN = "Zzzz";

export interface Writing {
  /** Scripts of the language, ISO 15924; empty where none is known, and then nothing is strange. */
  expected: string[];
  /** Words by the script that does not fit. */
  strange: Record<string, number>;
}

/** The scripts that a BCP-47 language is likely written in; none for one that nobody knows. */
export function scriptsOf(language: string): string[] {
  try {
    const locale = new Intl.Locale(language);
    if (!locale.script && NO_LANGUAGE.test(language)) return [];
    const { script } = locale.script ? locale : locale.maximize();
    return script ? (PARTS[script] ?? [script]) : [];
  } catch {
    return [];
  }
}

/** Tags count for nothing, and the words between `<lang:…>` and `</lang>` belong to another language. */
export function writingOf(text: string, language: string, also: readonly string[] = []): Writing {
  const expected = scriptsOf(language);
  const strange: Record<string, number> = {};
  if (expected.length === 0) return { expected, strange };
  const fits = (script: string | null) =>
    script === null || expected.includes(script) || also.includes(script);
  for (const [word] of ownWords(text).matchAll(WORD)) {
    const unfit = (word.match(LETTER) ?? []).map(scriptOf).find((script) => !fits(script));
    if (unfit) strange[unfit] = (strange[unfit] ?? 0) + 1;
  }
  return { expected, strange };
}

const names = new Map<string, string>();

/** "Devanagari", "Hindi"; the code itself where it has no name. */
export function nameOf(code: string, type: "script" | "language"): string {
  const key = `${type} ${code}`;
  const known = names.get(key);
  if (known) return known;
  let name = code;
  try {
    name = new Intl.DisplayNames("en", { type }).of(code) ?? code;
  } catch {
    // A private tag has no name but itself.
  }
  names.set(key, name);
  return name;
}

/** "3 words in Latin; Hindi is written in Devanagari"; null where all fits. */
export function scriptWords({ expected, strange }: Writing, language: string): string | null {
  const found = Object.entries(strange);
  if (found.length === 0) return null;
  const parts = found.map(([code, n]) => {
    const script = code === UNKNOWN ? "another script" : nameOf(code, "script");
    return `${n === 1 ? "1 word" : `${n} words`} in ${script}`;
  });
  const own = expected.map((code) => nameOf(code, "script")).join(", ");
  return `${parts.join(", ")}; ${nameOf(language, "language")} is written in ${own}`;
}

/** The script of a letter; null where it belongs to none or to many. */
function scriptOf(letter: string): string | null {
  const found = TESTS.find(([, test]) => test.test(letter));
  return found ? found[0] : NEUTRAL.test(letter) ? null : UNKNOWN;
}

function ownWords(text: string): string {
  const pieces: string[] = [];
  let at = 0;
  let isForeign = false;
  for (const tag of findTags(text)) {
    if (!isForeign) pieces.push(text.slice(at, tag.from));
    if (tag.kind !== "event" && tag.name.split(":", 1)[0] === "lang") isForeign = tag.kind === "open";
    at = tag.to;
  }
  if (!isForeign) pieces.push(text.slice(at));
  return pieces.join(" ");
}
