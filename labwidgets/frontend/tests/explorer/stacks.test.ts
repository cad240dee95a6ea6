import { describe, expect, it } from "vitest";
import type { SidePayload, StepPayload } from "../../src/core/protocol_errors";
import { timesWords } from "../../src/explorer/alignment";
import { blocksOf, spanOf, widened } from "../../src/explorer/stacks";
import { barConditions, barWords, conditionWords, shownValue } from "../../src/explorer/words";

const step = (op: StepPayload["op"], reference: string | null, hypothesis: string | null): StepPayload => ({
  op,
  reference,
  hypothesis,
  reference_span: reference === null ? null : [1, 2],
  hypothesis_span: hypothesis === null ? null : [1.5, 2.5],
  estimated: false,
});
const side = (model: string, steps: StepPayload[]): SidePayload => ({ model, text: "", wer: 0, steps });

describe("stacks", () => {
  it("puts each model's word under the word of the reference, and additions between them", () => {
    const [block] = blocksOf([
      side("a", [
        step("hit", "the", "the"),
        step("insertion", null, "um"),
        step("substitution", "cat", "hat"),
      ]),
      side("b", [step("hit", "the", "the"), step("deletion", "cat", null), step("insertion", null, "eh")]),
    ]);
    expect(block?.models).toEqual(["a", "b"]);
    expect(
      block?.stacks.map(({ reference, cells }) => [reference, ...cells.map(({ text }) => text)]),
    ).toEqual([
      ["the", "the", "the"],
      [null, "um", null],
      ["cat", "hat", null],
      [null, null, "eh"],
    ]);
    expect(block?.stacks.map(({ differs }) => differs)).toEqual([false, true, true, true]);
    expect(block?.stacks[1]?.cells.map(({ op }) => op)).toEqual(["insertion", "none"]);
  });

  it("keeps models apart whose references read differently", () => {
    const sides = [side("a", [step("hit", "ok", "ok")]), side("b", [step("hit", "okay", "okay")])];
    expect(blocksOf(sides).map(({ models }) => models)).toEqual([["a"], ["b"]]);
    expect(blocksOf([])).toEqual([]);
  });

  it("plays all of a stack, with a margin that stays in the clip", () => {
    const [block] = blocksOf([side("a", [step("substitution", "cat", "hat")])]);
    const stack = block?.stacks[0];
    expect(stack && spanOf(stack)).toEqual([1, 2.5]);
    expect(widened([0.1, 2.9], 0.2, 3)).toEqual([0, 3]);
    const mute = blocksOf([
      side("a", [{ ...step("hit", "x", "x"), reference_span: null, hypothesis_span: null }]),
    ]);
    expect(mute[0]?.stacks[0] && spanOf(mute[0].stacks[0])).toBeNull();
  });
});

describe("times", () => {
  const guessed = (text: string): StepPayload => ({ ...step("hit", text, text), estimated: true });

  it("plays what was measured where one model was, and says where none was", () => {
    const [block] = blocksOf([
      side("a", [{ ...guessed("x"), reference_span: [0, 5], hypothesis_span: [0, 5] }, guessed("y")]),
      side("b", [step("hit", "x", "x"), guessed("y")]),
    ]);
    const stacks = block?.stacks ?? [];
    expect(stacks.map(({ estimated }) => estimated)).toEqual([false, true]);
    expect(stacks[0] && spanOf(stacks[0])).toEqual([1, 2.5]);
    expect(timesWords(stacks)).toContain("Dotted line");
    expect(timesWords(stacks.slice(1))).toContain("No model measured");
    expect(timesWords(stacks.slice(0, 1))).toBeNull();
  });
});

describe("words", () => {
  const wer = { name: "wer:a", kind: "number", model: "a", measure: "wer" } as const;
  const speaker = { name: "speaker", kind: "text", model: null, measure: null } as const;

  it("says a bar and makes its filter", () => {
    const bar = { low: 0.05, high: 0.25, value: null, n: 1200, wer: 0.123 };
    expect(barWords(bar, wer)).toBe("5.0 % to 25 %: 1,200 rows, WER 12 %");
    expect(barConditions(bar, "wer:a").map(({ kind, value }) => [kind, value])).toEqual([
      ["at_least", 0.05],
      ["below", 0.25],
    ]);
    const none = { low: null, high: null, value: null, n: 1, wer: null };
    expect(barWords(none, speaker)).toBe("no value: 1 row");
    expect(barConditions(none, "speaker")).toEqual([{ column: "speaker", kind: "missing", value: null }]);
  });

  it("says a filter", () => {
    expect(conditionWords({ column: "wer:a", kind: "at_least", value: 0.5 }, wer)).toBe("WER a ≥ 50 %");
    expect(conditionWords({ column: "speaker", kind: "missing", value: null }, speaker)).toBe(
      "speaker has no value",
    );
    expect(shownValue(speaker, null)).toBe("");
  });
});
