import { describe, expect, it } from "vitest";
import { cleanPaste, MAX_PASTE_CHARS } from "../../src/editor/clean";

describe("cleanPaste", () => {
  it("makes one paragraph of many, without a notice", () => {
    expect(cleanPaste("one \r\n two\n\nsix\tten\u2028end")).toEqual({
      text: "one two six ten end",
      notice: null,
    });
  });

  it("leaves out control characters and halves of surrogates, and says so", () => {
    const { text, notice } = cleanPaste("o\u0000n\u001be \ud800two");
    expect(text).toBe("one two");
    expect(notice).toMatch(/Control characters/);
  });

  it("keeps joiners, direction marks and emoji", () => {
    const text = "क्\u200dष می\u200cخواهم \u200fא👩‍👧";
    expect(cleanPaste(text)).toEqual({ text, notice: null });
  });

  it("cuts what is too long at a whole character, and says so", () => {
    const { text, notice } = cleanPaste(`${"a".repeat(MAX_PASTE_CHARS - 1)}👩‍👧${"b".repeat(100_000)}`);
    expect(text).toBe("a".repeat(MAX_PASTE_CHARS - 1));
    expect(notice).toMatch(/19,999 characters/);
  });
});
