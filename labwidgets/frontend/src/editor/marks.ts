/** How words look: doubtful, edited, estimated, sounding. Only where they changed, and never while composing. */
import { type EditorState, type Range, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { isTag } from "./tags";
import type { WordMark, Words } from "./words";
import { clipWords } from "./words_field";

/** Sent after a composition, when what waited for its end is drawn. */
export const redraw = StateEffect.define<null>();
export const setSounding = StateEffect.define<{ from: number; to: number } | null>();

const soundingMark = Decoration.mark({ class: "lw-word-sounding" });

/** The box around the word that sounds; it goes along with edits. */
export const sounding = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    let next = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setSounding)) continue;
      const word = effect.value;
      next = word ? Decoration.set(soundingMark.range(word.from, word.to)) : Decoration.none;
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Where that box stands now. */
export function soundingIn(state: EditorState): { from: number; to: number } | null {
  const { value, from, to } = state.field(sounding).iter();
  return value ? { from, to } : null;
}

const looks = new Map<string, Decoration>();

/** One decoration for all words of one look, so that comparing them is cheap. */
function lookOf(mark: WordMark, low_confidence: number): Decoration | null {
  const classes: string[] = [];
  const titles: string[] = [];
  if (mark.confidence !== null && mark.confidence < low_confidence) {
    classes.push("lw-word-doubtful");
    titles.push(`confidence ${mark.confidence.toFixed(2)}`);
  }
  if (mark.edited) classes.push("lw-word-edited");
  if (mark.estimated) {
    classes.push("lw-word-estimated");
    titles.push("time estimated");
  }
  if (!classes.length) return null;
  const title = titles.join(", ");
  const key = `${classes.join(" ")}|${title}`;
  let look = looks.get(key);
  if (!look) {
    look = Decoration.mark({ class: classes.join(" "), ...(title ? { attributes: { title } } : {}) });
    looks.set(key, look);
  }
  return look;
}

/** Draws the words of a part of the text anew. */
function drawWords(
  drawn: DecorationSet,
  state: EditorState,
  [low, high]: Part,
  low_confidence: number,
): DecorationSet {
  const add: Range<Decoration>[] = [];
  let [filterFrom, filterTo] = [low, high];
  wordsOf(state).between(low, high, (from, to, mark) => {
    [filterFrom, filterTo] = [Math.min(filterFrom, from), Math.max(filterTo, to)];
    const look = lookOf(mark, low_confidence);
    if (look && !isTag(state.sliceDoc(from, to))) add.push(look.range(from, to));
  });
  return drawn.update({ add, filter: () => false, filterFrom, filterTo });
}

type Part = [from: number, to: number];

/** Where the words of `state` are not those that were there before. */
function changedParts(update: ViewUpdate): Part[] {
  const parts: Part[] = [];
  const note = (from: number, to: number) => {
    const last = parts.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else parts.push([from, to]);
  };
  RangeSet.compare([wordsOf(update.startState)], [wordsOf(update.state)], update.changes, {
    compareRange: note,
    comparePoint: () => {},
    boundChange: (at) => note(at, at),
  });
  return parts;
}

export function wordMarks(low_confidence: number) {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      private isMeasured = false;

      constructor({ state }: EditorView) {
        this.decorations = this.drawAll(state);
      }

      update(update: ViewUpdate): void {
        const { view, state } = update;
        if (update.docChanged) this.decorations = this.decorations.map(update.changes);
        if (view.composing || view.compositionStarted) return;
        const isAsked = update.transactions.some(({ effects }) =>
          effects.some((effect) => effect.is(redraw)),
        );
        if (isAsked || isMeasured(wordsOf(state)) !== this.isMeasured) {
          this.decorations = this.drawAll(state);
        } else if (this.isMeasured && wordsOf(state) !== wordsOf(update.startState)) {
          for (const part of changedParts(update)) {
            this.decorations = drawWords(this.decorations, state, part, low_confidence);
          }
        }
      }

      private drawAll(state: EditorState): DecorationSet {
        this.isMeasured = isMeasured(wordsOf(state));
        if (!this.isMeasured) return Decoration.none;
        return drawWords(Decoration.none, state, [0, state.doc.length], low_confidence);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}

/** False where nobody measured a word: then marks on all of them would tell nothing. */
function isMeasured(words: Words): boolean {
  for (const word = words.iter(); word.value; word.next()) if (!word.value.estimated) return true;
  return false;
}

function wordsOf(state: EditorState): Words {
  return state.field(clipWords).words;
}
