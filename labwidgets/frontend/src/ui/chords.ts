import { codeKey, isForText, type KeyStroke, parseChord } from "./keys";

const BROWSER = new Set(
  [
    "Ctrl+N Ctrl+T Ctrl+W Ctrl+Q Ctrl+Shift+N Ctrl+Shift+P Ctrl+Shift+T Ctrl+Shift+W Ctrl+Tab Ctrl+Shift+Tab",
    "Ctrl+PageUp Ctrl+PageDown Alt+Tab Alt+Shift+Tab Alt+F4 Alt+Space Ctrl+Alt+Delete",
  ].flatMap((line) => line.split(" ")),
);
const NOTEBOOK = new Set(["Ctrl+S", "Ctrl+F"]);
const CLIPBOARD = new Set(["Ctrl+A", "Ctrl+C", "Ctrl+V", "Ctrl+X"]);
const PLAIN =
  /^(Enter|Space|Backspace|Delete|Home|End|PageUp|PageDown|ArrowLeft|ArrowRight|ArrowUp|ArrowDown)$/;
const NAMED = /^(Escape|Insert|Tab|F([1-9]|1[0-2]))$/;

/** Who needs these keys for something else; null where they are free. The rules of `labwidgets.config.chords`. */
export function keeperOf(chord: string): string | null {
  if (BROWSER.has(chord)) return "the browser keeps them for itself";
  if (NOTEBOOK.has(chord)) return "the notebook needs them for saving and finding";
  if (CLIPBOARD.has(chord)) return "the text needs them for copying and pasting";
  if (PLAIN.test(chord)) return "alone it types, moves the caret or presses a button";
  return null;
}

/** Whether these keys act while the caret is in a text, which needs some for itself. */
export function actsInText(text: string): boolean {
  const chord = parseChord(text);
  if (!chord) return false;
  const { key, ctrl, alt, shift } = chord;
  return !isForText({ key, ctrlKey: ctrl, altKey: alt, shiftKey: shift, metaKey: false });
}

/** A key stroke as a chord in its one spelling; null while only Ctrl, Alt or Shift is held, or for no key. */
export function chordOf(stroke: KeyStroke, mac: boolean): string | null {
  if (stroke.isComposing || stroke.getModifierState?.("AltGraph") || (stroke.metaKey && !mac)) return null;
  const ctrl = stroke.ctrlKey || stroke.metaKey;
  const key = keyOf(stroke, ctrl || stroke.altKey);
  if (key === null) return null;
  // A lone sign needs Shift on some layouts and not on others.
  const isSign = key.length === 1 && !/[A-Z0-9]/.test(key) && !ctrl && !stroke.altKey;
  const held = [ctrl && "Ctrl", stroke.altKey && "Alt", stroke.shiftKey && !isSign && "Shift"];
  return [...held.filter(Boolean), key].join("+");
}

function keyOf(stroke: KeyStroke, isHeld: boolean): string | null {
  const { key } = stroke;
  if (key === " ") return "Space";
  if (PLAIN.test(key) || NAMED.test(key)) return key;
  const byPlace = codeKey(stroke.code);
  // With Ctrl or Alt the place counts where the sign is of another script, made by Alt on a Mac, or of a digit.
  if (isHeld && byPlace !== null && (!/^[ -~]$/.test(key) || /^[0-9]$/.test(byPlace)))
    return byPlace.toUpperCase();
  const letter = key.toUpperCase();
  return key.length === 1 && letter.length === 1 && parseChord(key) ? letter : null;
}
