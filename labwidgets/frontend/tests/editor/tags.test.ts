import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findTags, MAX_TAG, withoutTags } from "../../src/editor/tags";
import { tokenise } from "../../src/editor/tokens";

const CASES = JSON.parse(
  readFileSync(new URL("../../../../tests/text_tags.json", import.meta.url), "utf8"),
) as [string, string[], string][];

describe("tags in plain text", () => {
  it.each(CASES)("are found and taken out as in Python: %j", (text, tags, bare) => {
    expect(findTags(text).map(({ from, to }) => text.slice(from, to))).toEqual(tags);
    expect(withoutTags(text)).toBe(bare);
    for (const { from, to } of findTags(text)) expect(to - from).toBeLessThanOrEqual(MAX_TAG);
  });

  it("are words of their own, also where they touch others", () => {
    const text = "my[noise]own <lang:en>phone</lang>, ok";
    const words = tokenise(text, "en").map(([from, to]) => text.slice(from, to));
    expect(words).toEqual(["my", "[noise]", "own", "<lang:en>", "phone", "</lang>", ",", "ok"]);
  });
});
