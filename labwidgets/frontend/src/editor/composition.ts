/** What an input method does to the text around it. */
import type { Text } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import type { Scope } from "../core/scope";
import { redraw } from "./marks";

/** No written sign loses more of itself, in code units. */
const MOST_LOST = 16;

interface Begun {
  doc: Text;
  from: number;
  to: number;
}

/**
 * What is missing right behind `composed` in `after`, which input at `begun` made of its document. Chromium takes
 * the next letter along where it made one sign with what was composed for a moment, as in "स्" before "क".
 */
export function lostBehind({ doc, from, to }: Begun, composed: string, after: Text): string {
  const n_lost = doc.length - (to - from) + composed.length - after.length;
  if (n_lost <= 0 || n_lost > MOST_LOST) return "";
  const isRest =
    after.sliceString(0, from) === doc.sliceString(0, from) &&
    after.sliceString(from, from + composed.length) === composed &&
    after.sliceString(from + composed.length) === doc.sliceString(to + n_lost);
  return isRest ? doc.sliceString(to, to + n_lost) : "";
}

/** Nothing is drawn while an input method composes; `onEnd` tells when it is through and all is in order. */
export function watchComposition(scope: Scope, view: EditorView, onEnd: () => void): void {
  let begun: Begun | null = null;
  scope.listen(view.contentDOM, "compositionstart", (event) => {
    const { from, to } = view.state.selection.main;
    const isHere = (event as CompositionEvent).data === view.state.sliceDoc(from, to);
    // What is composed again from before has another place, which is not known here.
    begun = isHere ? { doc: view.state.doc, from, to } : null;
  });
  scope.listen(view.contentDOM, "compositionend", (event) => {
    const composed = (event as CompositionEvent).data ?? "";
    const start = begun;
    begun = null;
    scope.timeout(() => {
      if (view.composing) return;
      const insert = start ? lostBehind(start, composed, view.state.doc) : "";
      const at = (start?.from ?? 0) + composed.length;
      view.dispatch({
        ...(insert ? { changes: { from: at, insert }, userEvent: "input.type.compose" } : {}),
        effects: redraw.of(null),
      });
      onEnd();
    }, 0);
  });
}
