// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { cleanPaste, MAX_CHARS, textOfHtml } from "../../src/editor/clean";

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
    const { text, notice } = cleanPaste(`${"a".repeat(MAX_CHARS - 1)}👩‍👧${"b".repeat(100_000)}`);
    expect(text).toBe("a".repeat(MAX_CHARS - 1));
    expect(notice).toMatch(/19,999 characters/);
  });

  it("leaves out what turns the text around, and says so", () => {
    const { text, notice } = cleanPaste("\ufeffa \u202eb\u202c \u2067c\u2069");
    expect(text).toBe("a b c");
    expect(notice).toMatch(/Control characters/);
  });

  it("composes what another system took apart, and keeps what cannot be composed", () => {
    expect(cleanPaste("e\u0301 \u0bc6\u0bbe \u0958 \u3099")).toEqual({
      text: "\u00e9 \u0bca \u0915\u093c \u3099",
      notice: null,
    });
  });
});

describe("textOfHtml", () => {
  it("is what a reader would see, with nothing of what would run", () => {
    const html =
      "<title>t</title><style>p{}</style><p>one <b>two</b></p><ul><li>six</li><li>&lt;ten&gt;</li></ul>" +
      "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>";
    expect(textOfHtml(html).split(/\s+/)).toEqual(["one", "two", "six", "<ten>"]);
    expect("hacked" in window).toBe(false);
  });
});
