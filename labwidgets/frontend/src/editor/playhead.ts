/** The mark on the word that sounds. It touches the page only when the word changes. */
import type { EditorView } from "@codemirror/view";
import type { Scope } from "../core/scope";
import { setSounding, soundingIn } from "./marks";
import { wordSounding } from "./words";
import { clipWords } from "./words_field";

/** After a key stroke the text stays where it is for this long. */
const TYPING_MS = 2_000;

export interface Playhead {
  set(time_s: number | null): void;
  /** Shows what was held back. */
  draw(): void;
  textChanged(): void;
  /** The text was replaced whole. */
  reset(): void;
}

export function createPlayhead(scope: Scope, view: EditorView): Playhead {
  let time_s: number | null = null;
  let typed_at = Number.NEGATIVE_INFINITY;
  let cancel = () => {};

  const draw = () => {
    if (view.composing || view.compositionStarted) return;
    const { words } = view.state.field(clipWords);
    const word = time_s === null ? null : wordSounding(words, time_s);
    const marked = soundingIn(view.state);
    if (word?.from === marked?.from && word?.to === marked?.to) return;
    view.dispatch({ effects: setSounding.of(word && { from: word.from, to: word.to }) });
    if (word) showWord(word);
  };
  const showWord = ({ from }: { from: number }) => {
    // Before anything that makes the browser lay out the page.
    if (performance.now() - typed_at < TYPING_MS) return;
    if (view.scrollDOM.scrollHeight <= view.scrollDOM.clientHeight) return;
    const box = view.scrollDOM.getBoundingClientRect();
    const word = view.coordsAtPos(from);
    if (word && word.top >= box.top && word.bottom <= box.bottom) return;
    scrollTo(from);
  };
  const scrollTo = (from: number) => {
    // Only the editor itself may scroll: the notebook around it must stay put.
    const block = view.lineBlockAt(from);
    const word = view.coordsAtPos(from);
    const top = word ? word.top - view.documentTop : block.top;
    view.scrollDOM.scrollTop = top - view.scrollDOM.clientHeight / 3;
  };
  return {
    set(next) {
      time_s = next;
      draw();
    },
    draw,
    textChanged() {
      typed_at = performance.now();
      cancel();
      // The edit moved the mark along; what it left of the word is worked out anew.
      if (time_s !== null) cancel = scope.timeout(draw, 0);
    },
    reset() {
      time_s = null;
    },
  };
}
