import { Text } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { lostBehind } from "../../src/editor/composition";

const lost = (before: string, [from, to]: [number, number], composed: string, after: string) =>
  lostBehind({ doc: Text.of([before]), from, to }, composed, Text.of([after]));

describe("what composing took along", () => {
  it.each([
    ["कल", [0, 0], "स्त", "स्तल", "क"],
    ["घर कल", [3, 3], "स्त", "घर स्तल", "क"],
    ["घर xकल", [3, 4], "स्त", "घर स्तल", "क"],
    ["क", [0, 0], "स्त", "स्त", "क"],
  ] as const)("is found: %s", (before, range, composed, after, missing) => {
    expect(lost(before, [...range], composed, after)).toBe(missing);
  });

  it.each([
    ["कल", [0, 0], "स्त", "स्तकल"],
    ["कल", [2, 2], "स्त", "कलस्त"],
    ["one two", [0, 3], "क", "क two"],
    ["one two", [4, 4], "", "one two"],
    ["one two", [0, 0], "क", "something else"],
    ["one two", [0, 0], "क", "कtwx"],
  ] as const)(
    "is nothing where nothing is missing, or more changed: %s",
    (before, range, composed, after) => {
      expect(lost(before, [...range], composed, after)).toBe("");
    },
  );
});
