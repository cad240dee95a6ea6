/** Keys, paste and typing of the transcript: one paragraph of plain text. */
import { redo, standardKeymap, undo } from "@codemirror/commands";
import { type ChangeSpec, EditorState, type Extension } from "@codemirror/state";
import { EditorView, type KeyBinding, keymap } from "@codemirror/view";
import { caretKeys } from "./caret";
import { clean, cleanPaste } from "./clean";

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
const oneParagraph = EditorState.transactionFilter.of((transaction) => {
  if (!transaction.docChanged || transaction.isUserEvent("undo") || transaction.isUserEvent("redo")) {
    return transaction;
  }
  let isClean = true;
  const changes: ChangeSpec[] = [];
  transaction.changes.iterChanges((from, to, _fromB, _toB, inserted) => {
    const text = inserted.toString();
    const insert = clean(text);
    if (insert !== text) isClean = false;
    changes.push({ from, to, insert });
  });
  return isClean ? transaction : { changes, scrollIntoView: true, userEvent: "input.type" };
});

/** `notice` tells the user what was left out of a paste. */
export function plainInput(notice: (text: string) => void): Extension {
  const paste = EditorView.clipboardInputFilter.of((pasted) => {
    const cleaned = cleanPaste(pasted);
    if (cleaned.notice) notice(cleaned.notice);
    return cleaned.text;
  });
  return [undoKeys, keymap.of(keys), paste, oneParagraph];
}
