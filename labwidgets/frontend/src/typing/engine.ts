/** Suggests words in an Indic script for what was typed in Latin letters; no network, no model. */
import Sanscript from "@indic-transliteration/sanscript";
import { distance, habitsOf, keyOf, latinOf } from "./folding";
import { readings, type Scheme } from "./lattice";
import { EAST, MALAYALAM, NORTH, ODIA, SOUTH, TAMIL } from "./schemes";

interface Writing {
  scheme: Scheme;
  /** Names of scripts that the library knows: what the scheme writes, and what the language is written in. */
  from: string;
  to: string;
}

const north = (to = "devanagari", scheme = NORTH): Writing => ({ scheme, from: "devanagari", to });
const south = (to: string, scheme = SOUTH): Writing => ({ scheme, from: "telugu", to });

/** By script, ISO 15924. */
const WRITINGS: Record<string, Writing> = {
  Deva: north(),
  Gujr: north("gujarati"),
  Guru: north("gurmukhi"),
  Orya: north("oriya", ODIA),
  Beng: north("bengali", EAST),
  Telu: south("telugu"),
  Knda: south("kannada"),
  Mlym: south("malayalam", MALAYALAM),
  Taml: { scheme: TAMIL, from: "tamil", to: "tamil" },
};

export interface Engine {
  /** At most `n` words, the likeliest first; none where the letters say nothing. */
  suggest(latin: string, n: number): string[];
}

interface Known {
  word: string;
  latin: string;
  /** 0 for the commonest, growing as words get rarer. */
  rarity: number;
}

const N_READINGS = 6;
/** Words further from what was typed are another word. */
const MAX_DISTANCE = 1.3;
/** As near as this, a word that exists comes before one that is only well spelled. */
const NEAR = 0.65;
const RARITY_WEIGHT = 0.05;
/** "hum", "bus", "punjabi": English ears write the vowel that consonants have of themselves with u. */
const DARK = /u(?=[^aeiou])/i;
const DARK_COST = 0.4;

/** The flapped letters, which some write with d and others with r, and the nasal end, which many leave out. */
const FLAPS = /[\u0921\u0922]\u093c|[\u09a1\u09a2]\u09bc|\u0a5c/gu;
const NASAL_END = /[\u0900-\u0902\u0a02\u0a70\u0a82]$/u;

function spellingsOf(word: string): string[] {
  const plain = word.normalize("NFC");
  return [...new Set([plain, plain.replace(FLAPS, "\u0930"), plain.replace(NASAL_END, "")])];
}

/** Null where the script has no scheme. `words`: known words of the language, the commonest first. */
export function createEngine(language: string, script: string, words: readonly string[]): Engine | null {
  const writing = WRITINGS[script];
  if (!writing) return null;
  const habits = habitsOf(script);
  const known = new Map<string, Known[]>();
  for (const [at, word] of words.entries()) {
    const spellings = spellingsOf(word).map((spelling) => latinOf(spelling, habits));
    for (const spelling of spellings) {
      const key = keyOf(spelling, habits);
      const list = known.get(key);
      const entry = { word, latin: spelling, rarity: Math.log2(1 + at) };
      if (list) list.push(entry);
      else known.set(key, [entry]);
    }
  }
  const near = (latin: string, already: number) =>
    (known.get(keyOf(latin, habits)) ?? []).map(({ word, latin: spelled, rarity }) => ({
      word,
      far: already + distance(latin, spelled, habits),
      rarity,
    }));
  const lexical = (latin: string) =>
    [...near(latin, 0), ...(DARK.test(latin) ? near(latin.replace(DARK, "a"), DARK_COST) : [])]
      .filter(({ far }) => far <= MAX_DISTANCE)
      .sort((a, b) => a.far + RARITY_WEIGHT * a.rarity - (b.far + RARITY_WEIGHT * b.rarity));
  return {
    suggest(latin, n) {
      const read = readings(latin, writing.scheme, N_READINGS);
      const spelled = read.map(([text]) => finish(text, writing, language));
      const found = lexical(latin);
      const close = found.filter(({ far }) => far <= NEAR).map(({ word }) => word);
      const others = found.filter(({ far }) => far > NEAR).map(({ word }) => word);
      const all = [
        ...close.slice(0, n - 2),
        ...spelled.slice(0, 2),
        ...others.slice(0, 2),
        ...spelled,
        ...close,
      ];
      return [...new Set(all)].slice(0, n);
    },
  };
}

function finish(text: string, { from, to }: Writing, language: string): string {
  const written = from === to ? text : Sanscript.t(composed(text), from, to);
  const tidied = TIDY[to]?.(written) ?? written;
  return (language.startsWith("as") ? assamese(tidied) : tidied).normalize("NFC");
}

/** The library knows letters with a dot below only as one. */
function composed(text: string): string {
  return text.replace(/([\u0915-\u092f])\u093c/g, (pair, letter: string) => DOTTED[letter] ?? pair);
}

const DOTTED: Record<string, string> = {
  "\u0915": "\u0958",
  "\u0916": "\u0959",
  "\u0917": "\u095a",
  "\u091c": "\u095b",
  "\u0921": "\u095c",
  "\u0922": "\u095d",
  "\u092b": "\u095e",
  "\u092f": "\u095f",
};

/** What the library leaves to the habits of each script. */
const TIDY: Record<string, (text: string) => string> = {
  // Doubled letters have a sign of their own, few clusters are written, and the nasal dot has two forms.
  gurmukhi: (text) =>
    text
      .replace(/([\u0a15-\u0a39])\u0a4d\1/g, "\u0a71$1")
      .replace(/\u0a4d(?![\u0a30\u0a39\u0a35])/g, "")
      .replace(/([\u0a15-\u0a39]\u0a3c?[\u0a3f\u0a41\u0a42]?|[\u0a05\u0a07\u0a09])\u0a02/g, "$1\u0a70"),
  malayalam: (text) => text.replace(CHILLU, (letter) => CHILLUS[letter[0] ?? ""] ?? letter),
  bengali: (text) => text.replace(/\u09f1/g, "\u09ac"),
};

const CHILLUS: Record<string, string> = {
  "\u0d23": "\u0d7a",
  "\u0d28": "\u0d7b",
  "\u0d30": "\u0d7c",
  "\u0d32": "\u0d7d",
  "\u0d33": "\u0d7e",
};
const CHILLU = /[\u0d23\u0d28\u0d30\u0d32\u0d33]\u0d4d(?=$|[\u0d15-\u0d1d\u0d1f-\u0d22\u0d2a\u0d2b])/g;

function assamese(text: string): string {
  return text.replace(/\u09b0/g, "\u09f0").replace(/\u0993\u09af\u09bc/g, "\u09f1");
}
