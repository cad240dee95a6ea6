import { describe, expect, it } from "vitest";
import cases from "../../../../tests/layer_cuts.json";
import { cutLayer } from "../../src/segments/layer_cuts";

describe("a further text", () => {
  it.each(cases)("is cut where the words stand that the text is cut between: $name", (one) => {
    const { at, astride } = cutLayer(one.text, one.at, one.layer);
    expect([one.layer.slice(0, at).trim(), astride]).toEqual([one.left, one.astride]);
  });
});
