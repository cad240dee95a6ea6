import { ACTIONS, type Action } from "../core/parts";

export interface Chord {
  ctrl: boolean;
  alt: boolean;
  shift: boolean;
  /** As in `KeyboardEvent.key`, letters in lower case. */
  key: string;
}

/** What of a `KeyboardEvent` counts here. */
export interface KeyStroke {
  key: string;
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  metaKey: boolean;
  isComposing: boolean;
  getModifierState?(name: string): boolean;
}

const CODES: Record<string, string> = {
  ",": "Comma",
  ".": "Period",
  "/": "Slash",
  ";": "Semicolon",
  "'": "Quote",
  "[": "BracketLeft",
  "]": "BracketRight",
  "\\": "Backslash",
  "`": "Backquote",
  "-": "Minus",
  "=": "Equal",
  " ": "Space",
};

/** "Ctrl+Shift+Enter", "Alt+,", "?"; null where it names no key. */
export function parseChord(text: string): Chord | null {
  const parts = text.split(/\+(?=.)/);
  const key = parts.pop();
  const names = parts.map((part) => part.toLowerCase());
  if (!key || names.some((name) => !["ctrl", "alt", "shift"].includes(name))) return null;
  return {
    ctrl: names.includes("ctrl"),
    alt: names.includes("alt"),
    shift: names.includes("shift"),
    key: key === "Space" ? " " : key.length === 1 ? key.toLowerCase() : key,
  };
}

export function isMac(platform: string): boolean {
  return /mac|iphone|ipad/i.test(platform);
}

function hasModifiers(stroke: KeyStroke, chord: Chord, mac: boolean): boolean {
  // AltGr is a letter key on many layouts, though Windows reports it as Ctrl+Alt.
  if (stroke.getModifierState?.("AltGraph")) return false;
  const ctrl = stroke.ctrlKey || (mac && stroke.metaKey);
  if (!mac && stroke.metaKey) return false;
  // A lone sign such as "?" needs Shift on some layouts and not on others.
  const isSign = chord.key.length === 1 && !/[a-z0-9 ]/.test(chord.key) && !chord.ctrl && !chord.alt;
  return ctrl === chord.ctrl && stroke.altKey === chord.alt && (isSign || stroke.shiftKey === chord.shift);
}

function codeOf(key: string): string | null {
  if (/^[a-z]$/.test(key)) return `Key${key.toUpperCase()}`;
  if (/^[0-9]$/.test(key)) return `Digit${key}`;
  return CODES[key] ?? null;
}

/** The sign of a place on a US keyboard; null for places without one. */
export function codeKey(code: string): string | null {
  const plain = /^(?:Key|Digit)(.)$/.exec(code);
  if (plain) return plain[1]?.toLowerCase() ?? null;
  return Object.entries(CODES).find(([, name]) => name === code)?.[0] ?? null;
}

/** The key's place counts where its sign cannot: other scripts, Alt on a Mac, digits that need Shift. */
function isByPlace(stroke: KeyStroke, chord: Chord): boolean {
  if (!chord.ctrl && !chord.alt) return false;
  if (stroke.code !== codeOf(chord.key)) return false;
  if (/^[0-9]$/.test(chord.key)) return true;
  return stroke.key === "Dead" || stroke.key === "Unidentified" || /[^ -~]/.test(stroke.key);
}

function isByKey(stroke: KeyStroke, chord: Chord): boolean {
  const key = stroke.key.length === 1 ? stroke.key.toLowerCase() : stroke.key;
  return key === chord.key;
}

/** Finds the action of a key stroke. */
export class KeyMap {
  private readonly chords: [Chord, Action][] = [];

  constructor(
    keys: Record<string, string[]>,
    private readonly mac: boolean,
  ) {
    for (const action of ACTIONS) {
      for (const text of keys[action] ?? []) {
        const chord = parseChord(text);
        if (chord) this.chords.push([chord, action]);
      }
    }
  }

  /** Nothing while an input method composes: then each key belongs to it. */
  match(stroke: KeyStroke): Action | null {
    if (stroke.isComposing || stroke.key === "Process") return null;
    const fitting = this.chords.filter(([chord]) => hasModifiers(stroke, chord, this.mac));
    const found =
      fitting.find(([chord]) => isByKey(stroke, chord)) ??
      fitting.find(([chord]) => isByPlace(stroke, chord));
    return found?.[1] ?? null;
  }
}

const CARET = /^(Arrow.+|Home|End|Page.+|Backspace|Delete)$/;

/** Whether a text field needs it: to type, to move the caret, to delete. Such keys act outside of it only. */
export function isForText(
  stroke: Pick<KeyStroke, "key" | "ctrlKey" | "altKey" | "metaKey" | "shiftKey">,
): boolean {
  if (stroke.altKey) return false;
  if (CARET.test(stroke.key)) return true;
  if (stroke.ctrlKey || stroke.metaKey) return false;
  // A space with Shift is one too many hands are used to: it plays in several tools.
  return stroke.key === "Enter" || (stroke.key.length === 1 && !(stroke.key === " " && stroke.shiftKey));
}

/** Saving and finding stay with the notebook. */
export function isForNotebook(stroke: KeyStroke): boolean {
  const key = stroke.key.toLowerCase();
  const isPlain = !stroke.altKey && !stroke.shiftKey && (stroke.ctrlKey || stroke.metaKey);
  return isPlain && (key === "s" || key === "f" || stroke.code === "KeyS" || stroke.code === "KeyF");
}

const SHOWN: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  " ": "Space",
};

/** How a chord is written for people, in pieces for one `<kbd>` each. */
export function chordPieces(text: string, mac: boolean): string[] {
  const chord = parseChord(text);
  if (!chord) return [text];
  const key = SHOWN[chord.key] ?? (chord.key.length === 1 ? chord.key.toUpperCase() : chord.key);
  return [
    ...(chord.ctrl ? [mac ? "⌘" : "Ctrl"] : []),
    ...(chord.alt ? [mac ? "⌥" : "Alt"] : []),
    ...(chord.shift ? [mac ? "⇧" : "Shift"] : []),
    key,
  ];
}
