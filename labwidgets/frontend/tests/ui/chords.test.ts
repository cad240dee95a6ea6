import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { chordOf, keeperOf } from "../../src/ui/chords";
import { KeyMap, type KeyStroke } from "../../src/ui/keys";

const SHARED = JSON.parse(
  readFileSync(new URL("../../../../tests/key_chords.json", import.meta.url), "utf8"),
) as {
  spelled: Record<string, string>;
  kept: string[];
};

function stroke(key: string, code: string, held = ""): KeyStroke {
  return {
    key,
    code,
    ctrlKey: held.includes("C"),
    altKey: held.includes("A"),
    shiftKey: held.includes("S"),
    metaKey: held.includes("M"),
    isComposing: held.includes("I"),
  };
}

describe("who keeps which keys", () => {
  it("is the same here and in Python", () => {
    expect(SHARED.kept.filter((chord) => keeperOf(chord) === null)).toEqual([]);
    expect(Object.values(SHARED.spelled).filter((chord) => keeperOf(chord) !== null)).toEqual([]);
  });
});

const STROKES: [stroke: KeyStroke, chord: string | null][] = [
  [stroke("l", "KeyL", "A"), "Alt+L"],
  [stroke("L", "KeyL", "AS"), "Alt+Shift+L"],
  [stroke("z", "KeyY", "C"), "Ctrl+Z"],
  [stroke("я", "KeyZ", "C"), "Ctrl+Z"],
  [stroke("ि", "KeyD", "A"), "Alt+D"],
  [stroke("&", "Digit1", "A"), "Alt+1"],
  [stroke("!", "Digit1", "CS"), "Ctrl+Shift+1"],
  [stroke(">", "Period", "AS"), "Alt+Shift+>"],
  [stroke(" ", "Space", "C"), "Ctrl+Space"],
  [stroke("+", "NumpadAdd", "A"), "Alt++"],
  [stroke("Tab", "Tab", "S"), "Shift+Tab"],
  [stroke("F4", "F4"), "F4"],
  [stroke("?", "Slash", "S"), "?"],
  [stroke("Shift", "ShiftLeft", "S"), null],
  [stroke("Process", "KeyA"), null],
  [stroke("a", "KeyA", "M"), null],
  [stroke("a", "KeyA", "AI"), null],
];

describe("a key stroke", () => {
  it.each(STROKES)("%o gives %s", (pressed, chord) => {
    expect(chordOf(pressed, false)).toBe(chord);
  });

  it.each(STROKES.filter(([, chord]) => chord !== null))(
    "%o is found again as what it gave",
    (pressed, chord) => {
      expect(new KeyMap({ loop: [chord ?? ""] }, false).match(pressed)).toBe("loop");
    },
  );

  it("has Cmd for Ctrl on a Mac, and Alt by its place", () => {
    expect(chordOf(stroke("k", "KeyK", "M"), true)).toBe("Ctrl+K");
    expect(chordOf(stroke("∂", "KeyD", "A"), true)).toBe("Alt+D");
  });

  it("of AltGr is a letter", () => {
    const pressed = { ...stroke("đ", "KeyD", "A"), getModifierState: (name: string) => name === "AltGraph" };
    expect(chordOf(pressed, false)).toBeNull();
  });
});
