import { describe, expect, it } from "vitest";
import { strokeOf, TypedAhead } from "../../src/labeller/typed_ahead";

const press = (key: string, held: Partial<Record<"ctrlKey" | "altKey" | "metaKey", boolean>> = {}) => ({
  key,
  code: "",
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  shiftKey: false,
  isComposing: false,
  ...held,
});

describe("what is typed before the segment is there", () => {
  it("comes out in order, once", () => {
    const ahead = new TypedAhead();
    ahead.note(press("a", { ctrlKey: true }));
    ahead.note(press("n"));
    ahead.note(press("Backspace"));
    ahead.composed("नमस्ते");
    expect(ahead.take()).toEqual([
      { kind: "selectAll" },
      { kind: "insert", text: "n" },
      { kind: "delete" },
      { kind: "insert", text: "नमस्ते" },
    ]);
    expect(ahead.take()).toEqual([]);
  });

  it.each(["ArrowLeft", "Enter", "F5", "Shift", "Dead"])("leaves out %s, which types nothing", (key) => {
    expect(strokeOf(press(key))).toBeNull();
  });

  it("leaves out chords of the page", () => {
    expect(strokeOf(press("s", { ctrlKey: true }))).toBeNull();
    expect(strokeOf(press("j", { altKey: true }))).toBeNull();
  });

  it("takes a character beyond the basic plane as one", () => {
    expect(strokeOf(press("𑀅"))).toEqual({ kind: "insert", text: "𑀅" });
  });
});
