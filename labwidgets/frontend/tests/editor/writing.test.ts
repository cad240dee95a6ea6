import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { scriptsOf, scriptWords, writingOf } from "../../src/editor/writing";

interface Case {
  text: string;
  language: string;
  also: string[];
  strange: Record<string, number>;
}

const cases = JSON.parse(
  readFileSync(new URL("../../../../tests/text_writing.json", import.meta.url), "utf8"),
) as Case[];

describe("the script of a language", () => {
  it.each(cases)("$language: $text", ({ text, language, also, strange }) => {
    expect(writingOf(text, language, also).strange).toEqual(strange);
  });

  it("is one, several, or not known", () => {
    expect(["hi-IN", "ja", "pa-PK", "und", "not a tag"].map(scriptsOf)).toEqual([
      ["Deva"],
      ["Hani", "Hira", "Kana"],
      ["Arab"],
      [],
      [],
    ]);
  });

  it("is said in words", () => {
    const say = (text: string, language: string) => scriptWords(writingOf(text, language), language);
    expect(say("मेरा naam Ram میرا", "hi")).toBe(
      "2 words in Latin, 1 word in Arabic; Hindi is written in Devanagari",
    );
    expect(say("मेरा", "hi")).toBeNull();
  });
});
