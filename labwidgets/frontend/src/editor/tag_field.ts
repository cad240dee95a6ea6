/** Tags of the text: one step for the caret, one delete, drawn as pills, and never broken by an edit. */
import { type ChangeSpec, EditorState, type Extension, type Range, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, Direction, EditorView, WidgetType } from "@codemirror/view";
import { isHistory, withChanges } from "./edits";
import { redraw } from "./marks";
import { drawPill, type Labels, labelOf } from "./pill";
import { findTags, languageOf, type Tag } from "./tags";

/** In order. While an input method composes they only move along. */
export const tagsIn = StateField.define<readonly Tag[]>({
  create: (state) => findTags(state.doc.toString()),
  update(tags, transaction) {
    const asked = transaction.effects.some((effect) => effect.is(redraw));
    if (!transaction.docChanged && !asked) return tags;
    if (transaction.isUserEvent("input.type.compose")) {
      const { changes } = transaction;
      const moved = tags.map((tag) => ({
        ...tag,
        from: changes.mapPos(tag.from, 1),
        to: changes.mapPos(tag.to, -1),
      }));
      return moved.filter(({ from, to }) => from < to);
    }
    const found = findTags(transaction.newDoc.toString());
    return found.length || tags.length ? found : tags;
  },
});

/** None where the text knows no tags. */
export function tagsOf(state: EditorState): readonly Tag[] {
  return state.field(tagsIn, false) ?? [];
}

/** Opening tags with the closing ones that belong to them. Tags of this kind do not nest. */
export function pairsOf(tags: readonly Tag[]): [open: Tag, close: Tag][] {
  const pairs: [Tag, Tag][] = [];
  let open: Tag | null = null;
  for (const tag of tags) {
    if (tag.kind === "open") open = tag;
    else if (tag.kind === "close") {
      if (open && open.name.split(":")[0] === tag.name) pairs.push([open, tag]);
      open = null;
    }
  }
  return pairs;
}

class Pill extends WidgetType {
  constructor(
    private readonly kind: Tag["kind"],
    private readonly label: string,
    private readonly text: string,
  ) {
    super();
  }

  override eq(other: Pill): boolean {
    return other.text === this.text && other.label === this.label;
  }

  override toDOM(): HTMLElement {
    return drawPill(this.kind, this.label, this.text);
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

const isolate = Decoration.mark({ bidiIsolate: Direction.LTR });

/** `labels` by the text of a tag; others are shown by their name. */
export function tagPills(labels: Labels): Extension {
  const pills = (state: EditorState): DecorationSet => {
    const tags = state.field(tagsIn);
    if (!tags.length) return Decoration.none;
    const drawn: Range<Decoration>[] = [];
    for (const tag of tags) {
      const text = state.sliceDoc(tag.from, tag.to);
      const label = labelOf(tag, text, labels);
      drawn.push(Decoration.replace({ widget: new Pill(tag.kind, label, text) }).range(tag.from, tag.to));
    }
    for (const [open, close] of pairsOf(tags)) {
      if (open.to === close.from) continue;
      const lang = languageOf(open);
      const look = { class: "lw-foreign", ...(lang ? { attributes: { lang } } : {}) };
      drawn.push(Decoration.mark(look).range(open.to, close.from));
    }
    return Decoration.set(drawn, true);
  };
  return [
    tagsIn,
    EditorView.decorations.compute([tagsIn], pills),
    EditorView.atomicRanges.of((view) => tagRanges(view.state)),
    EditorView.bidiIsolatedRanges.of((view) => tagRanges(view.state)),
    keepWhole,
  ];
}

function tagRanges(state: EditorState): DecorationSet {
  return Decoration.set(state.field(tagsIn).map(({ from, to }) => isolate.range(from, to)));
}

/** An edit takes a tag whole or leaves it alone, and both of two that belong together. */
const keepWhole = EditorState.transactionFilter.of((transaction) => {
  const tags = transaction.startState.field(tagsIn);
  if (!transaction.docChanged || !tags.length || isHistory(transaction)) return transaction;
  const isDelete = transaction.isUserEvent("delete");
  let isSame = true;
  const changes: { from: number; to: number; insert: string }[] = [];
  transaction.changes.iterChanges((fromA, toA, _fromB, _toB, inserted) => {
    const insert = inserted.toString();
    const kept = wholeOf(fromA, toA, tags, isDelete);
    if (!kept) isSame = false;
    else {
      if (kept.from !== fromA || kept.to !== toA) isSame = false;
      changes.push({ ...kept, insert });
    }
  });
  const orphans = orphansOf(tags, changes);
  if (isSame && !orphans.length) return transaction;
  return withChanges(transaction, [...changes, ...orphans]);
});

/** null where nothing is left of a change because all of it is inside one tag. */
function wholeOf(
  from: number,
  to: number,
  tags: readonly Tag[],
  isDelete: boolean,
): { from: number; to: number } | null {
  const isCut = (at: number) => tags.find((tag) => tag.from < at && at < tag.to);
  const [first, last] = [isCut(from), isCut(to)];
  if (isDelete) return { from: first?.from ?? from, to: last?.to ?? to };
  if (first && first === last) return null;
  return { from: first?.to ?? from, to: last?.from ?? to };
}

function orphansOf(
  tags: readonly Tag[],
  changes: readonly { from: number; to: number; insert: string }[],
): ChangeSpec[] {
  const isGone = (tag: Tag) =>
    changes.some(({ from, to, insert }) => from <= tag.from && tag.to <= to && !findTags(insert).length);
  return pairsOf(tags).flatMap(([open, close]) => {
    const [isOpenGone, isCloseGone] = [isGone(open), isGone(close)];
    if (isOpenGone === isCloseGone) return [];
    const rest = isOpenGone ? close : open;
    return [{ from: rest.from, to: rest.to, insert: "" }];
  });
}
