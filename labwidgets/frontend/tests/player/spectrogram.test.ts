import { describe, expect, it } from "vitest";
import { heightOf, marksOf, melOf } from "../../src/player/mel";
import { contrastOf, paint, shadesOf } from "../../src/player/shades";
import { levelFor, TILE_COLUMNS, tilesOf } from "../../src/player/tiles";

describe("the scale of frequencies", () => {
  it("is Slaney's", () => {
    // librosa.hz_to_mel([440, 1000, 4000])
    expect([440, 1000, 4000].map(melOf)).toEqual([6.6, 15, expect.closeTo(35.1638, 3)]);
  });

  it("rises through the picture, from its foot to its top", () => {
    const heights = [0, 100, 500, 1000, 2000, 4000, 8000].map((hz) => heightOf(hz, 8000, 96));
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
    expect(heights[0]).toBeCloseTo(0, 1);
    expect(heights.at(-1)).toBeCloseTo(1, 1);
  });

  it("names only frequencies that are in the picture", () => {
    expect(marksOf(4000).map(({ label }) => label)).toEqual(["500 Hz", "1 kHz", "2 kHz"]);
  });
});

describe("the pieces that are fetched", () => {
  it.each([0.3, 1, 7.7, 160, 499, 1999])("cover a view at %d px per second, column by column", (px_per_s) => {
    const duration_s = 97.3;
    const tiles = tilesOf(3.2, 60, duration_s, levelFor(px_per_s));
    expect(tiles[0]?.start_s).toBeLessThanOrEqual(3.2);
    expect(tiles.at(-1)?.end_s).toBeGreaterThanOrEqual(60);
    tiles.slice(1).forEach((tile, at) => {
      expect(tile.start_s).toBe(tiles[at]?.end_s);
    });
    for (const { n_columns, start_s, end_s } of tiles) {
      expect(n_columns).toBeLessThanOrEqual(TILE_COLUMNS);
      expect(end_s).toBeLessThanOrEqual(duration_s);
      // Enough for each pixel, but not twice as many; no finer than 2 ms.
      const per_s = n_columns / (end_s - start_s);
      if (n_columns > 50) expect(per_s / Math.min(px_per_s, 500)).toBeGreaterThanOrEqual(0.98);
      if (n_columns > 50) expect(per_s / Math.min(px_per_s, 500)).toBeLessThanOrEqual(1.45);
    }
  });

  it("stay the same when the width changes a little", () => {
    expect(tilesOf(0, 6, 6, levelFor(150))).toEqual(tilesOf(0, 6, 6, levelFor(170)));
  });

  it("are none where there is no sound or no view", () => {
    expect(tilesOf(0, 1, 0, 10)).toEqual([]);
    expect(tilesOf(2, 2, 5, 10)).toEqual([]);
  });
});

/** Y of XYZ. */
function lightness(shades: Uint8ClampedArray, value: number): number {
  const [r, g, b] = [0, 1, 2].map((part) => ((shades[4 * value + part] ?? 0) / 255) ** 2.2);
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

describe("the shades", () => {
  it.each([
    ["light", false, 1],
    ["dark", true, -1],
  ] as const)("go one way in the %s theme, without a step that stands out", (_, isDark, way) => {
    const shades = shadesOf(isDark);
    const path = Array.from({ length: 256 }, (__, value) => lightness(shades, value) ** (1 / 3));
    const steps = path.slice(1).map((next, at) => way * ((path[at] ?? 0) - next));
    expect(Math.min(...steps)).toBeGreaterThan(-0.002);
    expect(Math.max(...steps)).toBeLessThan(0.01);
  });

  it("leave silence the ground, whatever little there is in it", () => {
    const histogram = new Uint32Array(256);
    histogram[0] = 1000;
    const shades = shadesOf(true);
    const ground = shades.slice(0, 4);
    expect(paint(new Uint8Array(1), 1, shades, contrastOf(histogram))).toEqual(ground);
  });

  it("spread from the quiet part of a clip to its loudest moments", () => {
    const histogram = new Uint32Array(256).fill(0);
    histogram[80] = 500;
    histogram[120] = 490;
    histogram[200] = 10;
    expect(contrastOf(histogram)).toEqual({ floor: 80, top: 200 });
  });

  it("stand with the highest band on top", () => {
    const shades = shadesOf(false);
    const levels = Uint8Array.from([255, 255, 0, 0]);
    const pixels = paint(levels, 2, shades, { floor: 0, top: 255 });
    expect([...pixels.slice(0, 4)]).toEqual([...shades.slice(0, 4)]);
    expect([...pixels.slice(12, 16)]).toEqual([...shades.slice(-4)]);
  });
});
