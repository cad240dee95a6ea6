import { describe, expect, it } from "vitest";
import { brief, edit, open, opened, timed, typeAt, words } from "./making";

const TEXT = "mister dash wood had";

describe("words under edits", () => {
  it("keeps the times of a word edited inside, without its confidence", () => {
    expect(brief(edit(opened(TEXT), 2, 3, "ZZ"))).toEqual([
      "miZZter 0-0.4?",
      "dash 0.5-0.9",
      "wood 1-1.4",
      "had 1.5-1.9",
    ]);
  });

  it("makes one word with the union of times of two that are joined", () => {
    expect(brief(edit(opened(TEXT), 11, 12, ""))[1]).toBe("dashwood 0.5-1.4?~");
  });

  it("shares the time of a split word by characters", () => {
    expect(brief(edit(opened(TEXT), 2, 2, " ")).slice(0, 3)).toEqual([
      "mi 0-0.133?~",
      "ster 0.133-0.4?~",
      "dash 0.5-0.9",
    ]);
  });

  it("shares the time of replaced words by characters", () => {
    expect(brief(edit(opened(TEXT), 7, 16, "a b c")).slice(1)).toEqual([
      "a 0.5-0.8?~",
      "b 0.8-1.1?~",
      "c 1.1-1.4?~",
      "had 1.5-1.9",
    ]);
  });

  it("shares the time of a replaced word also when several are typed letter by letter", () => {
    const state = typeAt(edit(opened(TEXT), 7, 11, "a"), 8, " bc");
    expect(brief(state).slice(0, 4)).toEqual(["mister 0-0.4", "a 0.5-0.667?~", "bc 0.667-1?~", "wood 1-1.4"]);
  });

  it("puts inserted words between their neighbours", () => {
    expect(brief(edit(opened(TEXT), 6, 6, " old man")).slice(0, 4)).toEqual([
      "mister 0-0.4",
      "old 0.4-0.45?~",
      "man 0.45-0.5?~",
      "dash 0.5-0.9",
    ]);
  });

  it("gives no time to a word between measured ones without a gap", () => {
    const tight = timed(["one", "two"]).map((word) => ({ ...word, end_s: word.start_s + 0.5 }));
    expect(brief(typeAt(open("one two", tight), 3, " and"))).toEqual([
      "one 0-0.5",
      "and 0.5-0.5?~",
      "two 0.5-1",
    ]);
  });

  it("forgets deleted words and leaves the others alone", () => {
    expect(brief(edit(opened(TEXT), 6, 11, ""))).toEqual(["mister 0-0.4", "wood 1-1.4", "had 1.5-1.9"]);
  });

  it("estimates over the whole clip when typing into an empty box", () => {
    expect(brief(typeAt(open("", [], 4), 0, "one two six ten"))).toEqual([
      "one 0-1?~",
      "two 1-2?~",
      "six 2-3?~",
      "ten 3-4?~",
    ]);
  });

  it("shares anew when typing goes on after estimates that were saved", () => {
    const saved = timed(["one", "two"]).map((word) => ({ ...word, estimated: true, confidence: null }));
    const state = open("one two", saved, 0.9);
    expect(brief(state)).toEqual(["one 0-0.4?~", "two 0.5-0.9?~"]);
    expect(brief(typeAt(state, 7, " six"))).toEqual(["one 0-0.3?~", "two 0.3-0.6?~", "six 0.6-0.9?~"]);
  });

  it("keeps punctuation with its word", () => {
    expect(brief(edit(opened("one two"), 3, 3, ","))).toEqual(["one, 0-0.4?", "two 0.5-0.9"]);
  });
});

describe("words of scripts without spaces", () => {
  const japanese = () => open("今日は天気がいい", timed(["今日", "は", "天気", "が", "いい"]), 60, "ja");

  it("keeps the ranges of the draft", () => {
    expect(words(japanese()).map(({ text }) => text)).toEqual(["今日", "は", "天気", "が", "いい"]);
  });

  it("touches only the word that is edited", () => {
    expect(brief(edit(japanese(), 2, 3, "が"))).toEqual([
      "今日 0-0.4",
      "が 0.5-0.9?",
      "天気 1-1.4",
      "が 1.5-1.9",
      "いい 2-2.4",
    ]);
  });

  it("parts new text by the dictionary, punctuation with the word before", () => {
    expect(words(edit(japanese(), 8, 8, "です。")).at(-1)?.text).toBe("です。");
  });

  it("parts Thai that is typed letter by letter as a whole", () => {
    const state = typeAt(open("", [], 4, "th"), 0, "สวัสดีครับ");
    const whole = edit(open("", [], 4, "th"), 0, 0, "สวัสดีครับ");
    expect(brief(state)).toEqual(brief(whole));
    expect(words(state).length).toBeLessThan(4);
  });

  it("never parts a combining mark from its letter", () => {
    const state = edit(open("กา", timed(["ก", "า"]), 60, "th"), 1, 1, "\u0e48");
    expect(words(state)[0]?.text).toBe("ก\u0e48");
  });
});

describe("loading", () => {
  it("gives estimates to words that the draft does not know", () => {
    expect(brief(open("one new two", timed(["one", "two"])))).toEqual([
      "one 0-0.4",
      "new 0.4-0.5?~",
      "two 0.5-0.9",
    ]);
  });

  it("widens words over their punctuation", () => {
    const state = open("“one,” two.", timed(["one", "two"]));
    expect(words(state).map(({ text }) => text)).toEqual(["“one,”", "two."]);
  });

  it("brings times that overlap or leave the clip into order", () => {
    const wild = timed(["one", "two", "six"]).map((word, i) => ({ ...word, start_s: i / 4, end_s: i + 0.5 }));
    expect(brief(open("one two six", wild, 1))).toEqual(["one 0-0.5", "two 0.5-1", "six 1-1"]);
  });

  it("takes words of nothing but white space and times that are no numbers", () => {
    const odd = [
      { text: "  ", start_s: 0, end_s: 1, confidence: null, estimated: false },
      { text: " one", start_s: Number.NaN, end_s: 1, confidence: null, estimated: false },
    ];
    expect(brief(open("one", odd))).toEqual(["one 0-1?"]);
  });
});
