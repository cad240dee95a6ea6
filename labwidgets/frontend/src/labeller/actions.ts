import type { Action, SegmentAction } from "../core/parts";
import type { Pages } from "./pages";
import type { Session } from "./session";
import { createTextActions, type TextAction, type TextActionParts } from "./text_actions";
import { sayWhereUndoLed } from "./undo_news";

export interface ActionParts extends TextActionParts {
  session: Session;
  pages: Pages;
  toggleList: () => void;
  search: () => void;
  findReplace: () => void;
  /** Shows the recording of the open segment. */
  openRecording: () => void;
}

/** A word under way is taken before these. */
const LEAVING = new Set<Action>(["submit_next", "submit_stay", "previous", "next", "skip", "next_layer"]);

/** What each key does; those of whole recordings do nothing here. */
export function createActions(parts: ActionParts): (action: Action, isRepeat: boolean) => void {
  const { editor, typing, session, pages, say } = parts;

  const step = async (by: number) => {
    const segment = session.here;
    const here = segment === null ? null : await pages.place(segment).catch(() => null);
    if (session.here !== segment) return;
    if (here === null) {
      if (by < 0 && !session.undoSubmit()) say("This is the first one known here.");
      if (by > 0) void session.openNext(segment, true);
      return;
    }
    const row = await pages.rowAt(here + by);
    if (row) void session.open(row.segment, { isJump: true });
    else say(by < 0 ? "This is the first of the list." : "This is the last of the list.");
  };

  const queue: Record<Exclude<Action, TextAction | SegmentAction>, (isRepeat: boolean) => void> = {
    previous: () => void step(-1),
    next: () => void step(1),
    toggle_list: parts.toggleList,
    search: parts.search,
    find_replace: parts.findReplace,
    open_recording: parts.openRecording,
    undo(isRepeat) {
      // A held key stops at the start of the text, so that it does not run on into other segments.
      if (editor.undo() || isRepeat) return;
      if (session.undoSubmit()) sayWhereUndoLed(session, pages, say);
      else say("Nothing to undo.");
    },
    redo(isRepeat) {
      if (editor.redo() || isRepeat) return;
      if (session.redoSubmit()) sayWhereUndoLed(session, pages, say);
      else say("Nothing to redo.");
    },
  };
  const table: Partial<Record<Action, (isRepeat: boolean) => void>> = {
    ...createTextActions(parts),
    ...queue,
  };
  return (action, isRepeat) => {
    if (LEAVING.has(action)) typing.settle();
    table[action]?.(isRepeat);
  };
}
