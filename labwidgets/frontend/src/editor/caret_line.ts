import { type EditorView, ViewPlugin } from "@codemirror/view";
import { hasBreak } from "./blocks";

interface Place {
  node: Node;
  offset: number;
}

/** What this needs of CodeMirror's own view of the page; it has no public name. */
interface DrawnText {
  inlineDOMNearPos?: (pos: number, side: number) => Place;
}

const SEEN = new WeakSet<DrawnText>();

/**
 * Between two blocks the caret has two places: behind the last word of the upper one, and before the first of the
 * lower one. CodeMirror 6.43 reckons with the right one, but puts the caret of the page at the other: a block that
 * ends where the next begins stands for both sides there. Setting the selection later is undone by it.
 */
export const caretOnItsLine = ViewPlugin.define((view) => {
  mend(view);
  return { update: () => mend(view) };
});

function mend(view: EditorView): void {
  const drawn = (view as unknown as { docView?: DrawnText }).docView;
  const usual = drawn?.inlineDOMNearPos?.bind(drawn);
  if (!drawn || !usual || SEEN.has(drawn)) return;
  SEEN.add(drawn);
  drawn.inlineDOMNearPos = (pos, side) =>
    hasBreak(view.state, pos) ? view.domAtPos(pos, side < 0 ? -1 : 1) : usual(pos, side);
}
