/**
 * What a word and its Latin spelling have in common. People write the same word in many ways; two spellings of one
 * word mostly fold to the same key, and `distance` says how far they are apart.
 */

/** All scripts of India have the same order in their blocks of 128: the letters' Latin names by their places. */
const NAMES = (() => {
  const names = new Map<number, string>();
  const put = (from: number, list: string) => {
    for (const [at, name] of list.split(" ").entries()) if (name !== "_") names.set(from + at, name);
  };
  put(0x01, "n n h e a aa i ii u uu ri l e e e ai o o o au");
  put(0x15, "k kh g gh n ch chh j jh n t th d dh n t th d dh n n p ph b bh m y r r l l l v sh sh s h");
  put(0x3e, "aa i ii u uu ri ri e e e ai o o o au");
  put(0x58, "q kh g z r rh f y");
  return names;
})();
const VIRAMA = 0x4d;
const NUKTA = 0x3c;
/** Letters outside the common order. */
const OTHERS: Record<string, string> = {
  ଵ: "v",
  ୱ: "v",
  ৰ: "r",
  ৱ: "v",
  ൺ: "n",
  ൻ: "n",
  ർ: "r",
  ൽ: "l",
  ൾ: "l",
  ൿ: "k",
  "ੰ": "n",
  ళ: "l",
};

/** What the writers of a script do in Latin letters. */
export interface Habits {
  /** k and g, t and d, p and b, ch and s are one letter each. */
  isVoiceless: boolean;
  /** The vowel that consonants have of themselves is said as "o". */
  isRound: boolean;
  /** It ends words too, where the north drops it; "zh" is a kind of l, and a final dot an m. */
  isSouthern: boolean;
  /** A "u" at the end is often no more than the end of a consonant. */
  isClipped: boolean;
}

export function habitsOf(script: string): Habits {
  return {
    isVoiceless: script === "Taml" || script === "Mlym",
    isRound: script === "Beng",
    isSouthern: /^(?:Taml|Mlym|Telu|Knda)$/.test(script),
    isClipped: script === "Mlym",
  };
}

/** A plain Latin spelling of a word in an Indic script, as somebody might write it who leaves nothing out. */
export function latinOf(word: string, { isSouthern }: Habits): string {
  let latin = "";
  // The vowel that a consonant has of itself, until something else is said.
  let pending = "";
  for (const letter of word.normalize("NFC")) {
    const place = (letter.codePointAt(0) ?? 0) & 0x7f;
    const other = OTHERS[letter];
    if (other === undefined && place === VIRAMA) pending = "";
    else if (other === undefined && place !== NUKTA) {
      const isSign = place >= 0x3e && place <= 0x4c;
      latin += (isSign ? "" : pending) + (NAMES.get(place) ?? "");
      pending = place >= 0x15 && place <= 0x39 ? "a" : "";
    } else if (other !== undefined) {
      latin += pending + other;
      pending = /[\u0b35\u0b71\u09f0\u09f1]/.test(letter) ? "a" : "";
    }
  }
  return (latin + (isSouthern ? pending : "")).replace(
    isSouthern ? /n(?=[pb])|n$/g : /n(?=[pb])/g,
    (nasal, at: number) => (at === latin.length - 1 && !/[\u0c02\u0c82\u0d02]$/.test(word) ? nasal : "m"),
  );
}

/** The same for all usual spellings of a word, and for few others. */
export function keyOf(latin: string, { isVoiceless, isRound, isSouthern, isClipped }: Habits): string {
  let key = latin.toLowerCase();
  if (isRound) key = key.replace(/o/g, "a");
  for (const [from, to] of USUAL) key = key.replace(from, to);
  if (isSouthern) key = key.replace(/jh|zh/g, "l");
  if (isClipped) key = key.replace(/u$/, "").replace(/nj/g, "n");
  if (isVoiceless) for (const [from, to] of VOICELESS) key = key.replace(from, to);
  key = key.replace(/([bcdgjklmnprstvy])h+/g, "$1");
  // Words differ by their consonants and other vowels; "a" comes and goes.
  return key.replace(/(?!^)a+/g, "").replace(/(.)\1+/g, "$1");
}

const USUAL: [RegExp, string][] = [
  [/^ye/, "e"],
  [/x/g, "ks"],
  [/q/g, "k"],
  [/w/g, "v"],
  [/z(?!h)/g, "j"],
  [/f/g, "p"],
  [/c(?!h)/g, "k"],
  [/oo/g, "u"],
  [/ee/g, "i"],
  [/ai|ei/g, "e"],
  [/au|ou|ow/g, "o"],
  [/jn|gn/g, "gy"],
  [/y(?=[ei])/g, ""],
];
const VOICELESS: [RegExp, string][] = [
  [/ndr/g, "nr"],
  [/tr/g, "r"],
  [/ch|s|j/g, "c"],
  [/g/g, "k"],
  [/d/g, "t"],
  [/b/g, "p"],
];

/** How far two spellings are apart: 0 where they are the same, about 1 for each letter that nobody would mix up. */
export function distance(one: string, other: string, habits: Habits): number {
  const [a, b] = [plain(one, habits), plain(other, habits)];
  let row = [0];
  for (let j = 1; j <= b.length; j++) row.push((row[j - 1] ?? 0) + dropCost(b, j - 1));
  for (let i = 1; i <= a.length; i++) {
    const next = [(row[0] ?? 0) + dropCost(a, i - 1)];
    for (let j = 1; j <= b.length; j++) {
      next.push(
        Math.min(
          (row[j] ?? 0) + dropCost(a, i - 1),
          (next[j - 1] ?? 0) + dropCost(b, j - 1),
          (row[j - 1] ?? 0) + swapCost(a[i - 1] ?? "", b[j - 1] ?? ""),
        ),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Both sides in the same letters, so that only what tells words apart is left to differ. */
function plain(latin: string, { isVoiceless, isRound, isClipped }: Habits): string {
  let text = latin
    .toLowerCase()
    .replace(/ee/g, "ii")
    .replace(/oo/g, "uu")
    .replace(/w/g, "v")
    .replace(/z(?!h)/g, "j");
  if (isVoiceless) text = text.replace(/g/g, "k").replace(/d/g, "t").replace(/b/g, "p").replace(/s|j/g, "ch");
  if (isRound) text = text.replace(/o/g, "a");
  if (isClipped) text = text.replace(/u$/, "");
  return text;
}

const KINS = ["kc", "dr", "pf", "jz", "sc", "ie", "uo", "ae", "yi", "lz"];

function dropCost(text: string, at: number): number {
  const letter = text[at] ?? "";
  if (letter === text[at - 1]) return 0.12;
  if (letter === "h") return 0.3;
  if (letter !== "a") return 1;
  return at === text.length - 1 ? 0.6 : 0.22;
}

function swapCost(one: string, other: string): number {
  if (one === other) return 0;
  return KINS.some((kin) => kin.includes(one) && kin.includes(other)) ? 0.4 : 1.2;
}
