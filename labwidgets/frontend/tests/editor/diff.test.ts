import { describe, expect, it } from "vitest";
import { diffWords } from "../../src/editor/diff";
import { seeded } from "./making";

function show(before: string, after: string): string {
  const split = (text: string) => text.split(" ").filter(Boolean);
  const signs = { same: "", deleted: "-", inserted: "+" };
  return diffWords(split(before), split(after))
    .map(({ kind, text }) => signs[kind] + text)
    .join(" | ");
}

describe("diffWords", () => {
  it.each([
    ["", "", ""],
    ["a b", "a b", "a b"],
    ["a dash wood b", "a dashwood b", "a | -dash wood | +dashwood | b"],
    ["a b c", "a c", "a | -b | c"],
    ["a c", "a b c", "a | +b | c"],
    ["Hello, you", "hello you", "-Hello, | +hello | you"],
    ["", "a b", "+a b"],
    ["a b", "", "-a b"],
  ])("from %j to %j", (before, after, expected) => {
    expect(show(before, after)).toBe(expected);
  });

  it("always gives back both texts, in as few edits as the longest common part allows", () => {
    const random = seeded(7);
    for (let n = 0; n < 300; n++) {
      const make = () =>
        Array.from({ length: Math.floor(random() * 12) }, () => "abc"[Math.floor(random() * 3)] ?? "");
      const [before, after] = [make(), make()];
      const parts = diffWords(before, after);
      const side = (kind: string) =>
        parts
          .filter((part) => part.kind === "same" || part.kind === kind)
          .flatMap(({ text }) => text.split(" "));
      expect(side("deleted")).toEqual(before);
      expect(side("inserted")).toEqual(after);
      const n_same = parts
        .filter(({ kind }) => kind === "same")
        .flatMap(({ text }) => text.split(" ")).length;
      expect(n_same).toBe(longestCommon(before, after));
    }
  });
});

function longestCommon(a: string[], b: string[]): number {
  const row = new Array<number>(b.length + 1).fill(0);
  for (const left of a) {
    let corner = 0;
    b.forEach((right, j) => {
      const above = row[j + 1] ?? 0;
      row[j + 1] = left === right ? corner + 1 : Math.max(above, row[j] ?? 0);
      corner = above;
    });
  }
  return row[b.length] ?? 0;
}
