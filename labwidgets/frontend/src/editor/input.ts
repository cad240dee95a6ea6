/** Keys, paste and typing of the transcript: one paragraph of plain text. */
import { redo, standardKeymap, undo } from "@codemirror/commands";
import { type ChangeSpec, EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightSpecialChars, type KeyBinding, keymap } from "@codemirror/view";
import { caretKeys } from "./caret";
import { clean, cutAtSign, MAX_CHARS } from "./clean";
import { isHistory, withChanges } from "./edits";
import { plainPaste } from "./paste";

const FULL = `A segment holds ${MAX_CHARS.toLocaleString("en")} characters; what is more was left out.`;

/** Shown as dots where a text from elsewhere has them: what nobody sees, but what changes how it reads. */
const invisible = highlightSpecialChars({
  specialChars: /[\u00ad\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/g,
});

const refuse = () => true;

// Alt with an arrow moves through the sound, also on a Mac, so it goes on to whoever handles the keys.
const moves = standardKeymap.filter(({ key, mac }) => key !== "Enter" && !/^Alt-Arrow/.test(mac ?? ""));
const keys: KeyBinding[] = [{ key: "Enter", run: refuse, shift: refuse }, ...caretKeys, ...moves];

/** By key code, so that Caps Lock and keyboards of other scripts make no difference. */
const undoKeys = EditorView.domEventHandlers({
  keydown(event, view) {
    if (event.altKey || !(event.ctrlKey || event.metaKey) || event.isComposing) return false;
    const isRedo = event.keyCode === 89 || (event.keyCode === 90 && event.shiftKey);
    if (!isRedo && event.keyCode !== 90) return false;
    event.preventDefault();
    (isRedo ? redo : undo)(view);
    return true;
  },
});

/** The last guard, for what does not come by paste: soft keyboards and input methods can send line breaks. */
function oneParagraph(notice: (text: string) => void): Extension {
  return EditorState.transactionFilter.of((transaction) => {
    if (!transaction.docChanged || isHistory(transaction)) return transaction;
    const before = transaction.startState.doc.length;
    let room = Math.max(0, MAX_CHARS - before);
    transaction.changes.iterChanges((from, to) => {
      room += to - from;
    });
    let isAsSent = true;
    let isCut = false;
    const changes: ChangeSpec[] = [];
    transaction.changes.iterChanges((from, to, _fromB, _toB, inserted) => {
      const sent = inserted.toString();
      const bare = clean(sent);
      const insert = cutAtSign(bare, room);
      room -= insert.length;
      isCut ||= insert !== bare;
      isAsSent &&= insert === sent;
      changes.push({ from, to, insert });
    });
    if (isCut) notice(FULL);
    return isAsSent ? transaction : withChanges(transaction, changes);
  });
}

/** One paragraph of plain text; `notice` tells the user what was left out. */
export function plainInput(notice: (text: string) => void): Extension {
  return [undoKeys, keymap.of(keys), plainPaste(notice), oneParagraph(notice), invisible];
}
