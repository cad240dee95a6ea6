/**
 * From Latin letters, as people write their language in messages, to what they may stand for. A scheme says what
 * each letter or group of letters can be and at what cost; the cheapest few ways through a word are kept.
 */

/** What a piece of Latin may stand for: [text, cost] pairs, the likeliest first. */
export type Choices = readonly (readonly [text: string, cost: number])[];

export interface Scheme {
  /** Latin consonants, longest first where one begins another. */
  consonants: ReadonlyMap<string, Choices>;
  /** Vowels behind a consonant: signs; "" for the one that consonants have of themselves. */
  signs: ReadonlyMap<string, Choices>;
  /** Vowels on their own, at the start and behind another vowel. */
  vowels: ReadonlyMap<string, Choices>;
  /** What stands between two consonants, before a vowel is written: a virama, or nothing where one is swallowed. */
  join(left: string, right: string, place: Place): Choices;
  /** What ends a word behind a consonant. */
  end: Choices;
}

export interface Place {
  /** No vowel has been written yet. */
  isFirst: boolean;
  /** Nothing but consonants follows. */
  isLast: boolean;
}

interface Path {
  text: string;
  cost: number;
  /** Whether a consonant waits for its vowel. */
  isOpen: boolean;
  /** The last piece of Latin. */
  last: string;
  hasVowel: boolean;
}

const N_PATHS = 24;

/** At most `n` readings of a word of Latin letters, cheapest first; none where a letter has no reading. */
export function readings(latin: string, scheme: Scheme, n: number): [text: string, cost: number][] {
  let paths: Path[] = [{ text: "", cost: 0, isOpen: false, last: "", hasVowel: false }];
  for (let at = 0; at < latin.length; ) {
    const piece = longest(latin, at, scheme);
    if (!piece) return [];
    const next = at + piece.length;
    const isLast = !hasVowel(latin.slice(next), scheme);
    const isEnd = next === latin.length;
    paths = best(
      paths.flatMap((path) => step(path, piece, { scheme, isLast, isEnd, rest: latin.slice(next) })),
      N_PATHS,
      ({ text, isOpen }) => `${text}${isOpen}`,
    );
    at = next;
  }
  const done = paths.flatMap((path) =>
    path.isOpen
      ? scheme.end.map(([end, cost]) => ({ ...path, text: path.text + end, cost: path.cost + cost }))
      : [path],
  );
  return best(done, n, ({ text }) => text).map(({ text, cost }) => [text, cost]);
}

interface StepContext {
  scheme: Scheme;
  isLast: boolean;
  isEnd: boolean;
  rest: string;
}

function step(path: Path, piece: string, { scheme, isLast, isEnd, rest }: StepContext): Path[] {
  const key = variant(piece, { isStart: path.text === "", isEnd, rest }, scheme, path.isOpen);
  const consonants = scheme.consonants.get(key);
  if (consonants) {
    const place = { isFirst: !path.hasVowel, isLast };
    const joins: Choices = path.isOpen ? scheme.join(path.last, piece, place) : [["", 0]];
    return joins.flatMap(([join, joinCost]) =>
      consonants.map(([sign, cost]) => ({
        text: path.text + join + sign,
        cost: path.cost + joinCost + cost,
        // A nasal dot closes what it stands on.
        isOpen: !CLOSING.test(sign),
        last: piece,
        hasVowel: path.hasVowel,
      })),
    );
  }
  const vowels = (path.isOpen ? scheme.signs : scheme.vowels).get(key) ?? [];
  return vowels.map(([sign, cost]) => ({
    text: path.text + sign,
    cost: path.cost + cost,
    isOpen: false,
    last: piece,
    hasVowel: true,
  }));
}

const CLOSING = /[\u0900-\u0902\u0b82\u0c00-\u0c02\u0b83]$/u;

/** A piece may stand for other things at the start ("^n"), at the end ("a$") or before some letters ("n>k"). */
function variant(
  piece: string,
  { isStart, isEnd, rest }: { isStart: boolean; isEnd: boolean; rest: string },
  scheme: Scheme,
  isOpen: boolean,
): string {
  const has = (key: string) => scheme.consonants.has(key) || (isOpen ? scheme.signs : scheme.vowels).has(key);
  const before = `${piece}>${rest[0]?.toLowerCase() ?? ""}`;
  if (isStart && has(`^${piece}`)) return `^${piece}`;
  if (isEnd && has(`${piece}$`)) return `${piece}$`;
  return rest && has(before) ? before : piece;
}

const MAX_PIECE = 4;

function longest(latin: string, at: number, scheme: Scheme): string | null {
  for (let length = Math.min(MAX_PIECE, latin.length - at); length > 0; length--) {
    const piece = latin.slice(at, at + length);
    for (const form of [piece, piece.toLowerCase()]) {
      if (scheme.consonants.has(form) || scheme.vowels.has(form)) return form === piece ? piece : form;
    }
  }
  return null;
}

function hasVowel(latin: string, scheme: Scheme): boolean {
  return [...latin].some((letter) => scheme.vowels.has(letter) || scheme.vowels.has(letter.toLowerCase()));
}

function best<Item extends { cost: number }>(
  items: Item[],
  n: number,
  keyOf: (item: Item) => string,
): Item[] {
  const found = new Map<string, Item>();
  for (const item of items.sort((one, other) => one.cost - other.cost)) {
    const key = keyOf(item);
    if (!found.has(key)) found.set(key, item);
    if (found.size >= n) break;
  }
  return [...found.values()];
}

/** "kh ख; t त ट+0.6": pieces with what they may be; the second and later ones cost what stands behind "+". */
export function choices(source: string): Map<string, Choices> {
  const lines = source.split(";").map((line) => line.trim());
  return new Map(
    lines.filter(Boolean).map((line) => {
      const [piece = "", ...options] = line.split(/\s+/);
      return [piece, options.map(optionOf)];
    }),
  );
}

function optionOf(option: string): [string, number] {
  const [text = "", cost = "0"] = option.split("+");
  return [text === "∅" ? "" : text, Number(cost)];
}
