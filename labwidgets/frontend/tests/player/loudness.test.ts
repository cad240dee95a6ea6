import { describe, expect, it } from "vitest";
import { bendCurve, makeUp_db } from "../../src/player/boost";
import { clampLoudness, loudnessWords, splitLoudness } from "../../src/player/loudness";

describe("loudness", () => {
  it("stays on its steps, and sound stays as it is where nothing was remembered", () => {
    expect([100, -100, 4, Number.NaN, Number(null), Number("x")].map(clampLoudness)).toEqual([
      18, -24, 3, 0, 0, 0,
    ]);
  });

  it("up to 0 dB is the element's own, above it the boost's", () => {
    expect(splitLoudness(0)).toEqual({ volume: 1, boost_db: 0 });
    expect(splitLoudness(6)).toEqual({ volume: 1, boost_db: 6 });
    expect(splitLoudness(-6)).toEqual({ volume: expect.closeTo(0.501, 3), boost_db: 0 });
  });

  it("is said with its sign", () => {
    expect([6, 0, -3].map(loudnessWords)).toEqual(["+6 dB", "0 dB", "−3 dB"]);
  });
});

describe("the bend behind the limiter", () => {
  const curve = bendCurve(4001);
  const at = (x: number) => curve[Math.round((x / 4 + 1) * 2000)] ?? Number.NaN;

  it("leaves what is not too loud alone", () => {
    for (const x of [0, 0.1, -0.5, 0.79]) expect(at(x)).toBeCloseTo(x, 2);
  });

  it("never cuts, never turns back and never leaves full scale", () => {
    curve.slice(1).forEach((next, index) => {
      expect(next).toBeGreaterThanOrEqual(curve[index] ?? 0);
    });
    expect(Math.max(...curve)).toBeLessThanOrEqual(1);
    expect(at(1.1)).toBeLessThan(at(1.3));
  });
});

describe("what the compressor adds by itself", () => {
  it("is a part of what it takes from full scale", () => {
    expect(makeUp_db(-6, 20)).toBeCloseTo(3.42);
  });
});
