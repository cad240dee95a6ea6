/** Two texts side by side, as people read a correction. */
import { alignWords, type DiffPart } from "./diff";
import { UNSPACED } from "./scripts";
import { type Token, tokenise } from "./tokens";

export interface Piece {
  kind: DiffPart["kind"];
  text: string;
  /** Set apart from the piece before by a space. */
  isSpaced: boolean;
}

/** Of a long stretch in which nothing differs, so many words are shown at each end. */
const SHOWN_WORDS = 12;

/** From `before` to `after`: what stayed, what went, what came, each as it is written; what went comes first. */
export function compareTexts(before: string, after: string, language: string): Piece[] {
  const sides = {
    before: { text: before, tokens: tokenise(before, language) },
    after: { text: after, tokens: tokenise(after, language) },
  };
  const wordsOf = ({ text, tokens }: Side) => tokens.map(([from, to]) => text.slice(from, to));
  const parts = alignWords(wordsOf(sides.before), wordsOf(sides.after));
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  for (let at = 0; at < parts.length; ) {
    const isSame = parts[at]?.kind === "same";
    const [first_i, first_j] = [i, j];
    for (; at < parts.length && (parts[at]?.kind === "same") === isSame; at++) {
      if (parts[at]?.kind !== "inserted") i++;
      if (parts[at]?.kind !== "deleted") j++;
    }
    if (isSame) pieces.push(piece("same", sides.after, first_j, j));
    else {
      const gone = i > first_i ? piece("deleted", sides.before, first_i, i) : null;
      const come = j > first_j ? piece("inserted", sides.after, first_j, j) : null;
      if (gone) pieces.push(gone);
      if (come) pieces.push(gone ? { ...come, isSpaced: !UNSPACED.test(gone.text + come.text) } : come);
    }
  }
  return pieces;
}

interface Side {
  text: string;
  tokens: Token[];
}

function piece(kind: DiffPart["kind"], { text, tokens }: Side, first: number, behind: number): Piece {
  const from = tokens[first]?.[0] ?? 0;
  const before = tokens[first - 1]?.[1] ?? from;
  return { kind, text: text.slice(from, tokens[behind - 1]?.[1]), isSpaced: before < from };
}

/** The same pieces without the middle of long stretches that are the same. */
export function shortened(pieces: readonly Piece[], language: string): Piece[] {
  return pieces.map((one, at) => {
    if (one.kind !== "same") return one;
    const tokens = tokenise(one.text, language);
    const isFirst = at === 0;
    const isLast = at === pieces.length - 1;
    if (tokens.length <= SHOWN_WORDS * (isFirst || isLast ? 2 : 3)) return one;
    const head = isFirst ? "" : one.text.slice(0, tokens[SHOWN_WORDS - 1]?.[1]);
    const tail = isLast ? "" : one.text.slice(tokens[tokens.length - SHOWN_WORDS]?.[0]);
    return { ...one, text: [head, "…", tail].filter(Boolean).join(" ") };
  });
}
