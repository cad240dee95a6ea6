/** How words look: doubtful, edited, estimated, sounding. Only what is in view, and never while composing. */
import { type EditorState, type Range, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import type { WordMark } from "./words";
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
  return Decoration.mark({ class: classes.join(" "), ...(title ? { attributes: { title } } : {}) });
}

function drawWords(view: EditorView, low_confidence: number): DecorationSet {
  const { words } = view.state.field(clipWords);
  const drawn: Range<Decoration>[] = [];
  let last = -1;
  for (const { from, to } of view.visibleRanges) {
    words.between(from, to, (start, end, mark) => {
      if (start <= last) return;
      last = start;
      const look = lookOf(mark, low_confidence);
      if (look) drawn.push(look.range(start, end));
    });
  }
  return Decoration.set(drawn);
}

export function wordMarks(low_confidence: number) {
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;

      constructor(view: EditorView) {
        this.decorations = drawWords(view, low_confidence);
      }

      update(update: ViewUpdate): void {
        const { view } = update;
        if (view.composing || view.compositionStarted) {
          this.decorations = this.decorations.map(update.changes);
        } else if (changesLook(update)) this.decorations = drawWords(view, low_confidence);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}

function changesLook(update: ViewUpdate): boolean {
  const asked = update.transactions.some(({ effects }) => effects.some((effect) => effect.is(redraw)));
  return (
    asked ||
    update.docChanged ||
    update.viewportChanged ||
    wordsOf(update.state) !== wordsOf(update.startState)
  );
}

function wordsOf(state: EditorState) {
  return state.field(clipWords).words;
}
