import { describe, expect, it } from "vitest";
import type { Span } from "../../src/core/parts";
import { ByteLru } from "../../src/player/lru";
import { columnAt, gainOf, toChannels } from "../../src/player/peaks";
import { clampRate, fasterThan, RATES, slowerThan } from "../../src/player/rates";
import { formatTime, ticksBetween } from "../../src/player/ruler";
import { addSpan, clampSpan, gapsBetween, HeardTracker } from "../../src/player/spans";
import { windowAt, windowCount, windowsOf } from "../../src/player/windows";

const clip = (duration_s: number) => ({ id: "c", duration_s, window_s: 10 });

describe("windows", () => {
  it.each([
    [6.2, 1],
    [10, 1],
    [10.01, 2],
    [3600, 360],
    [0, 0],
  ])("a clip of %f s has %i", (duration_s, n_windows) => {
    expect(windowCount(clip(duration_s))).toBe(n_windows);
  });

  it("the window of a time holds it, also at the seams and beyond the end", () => {
    expect([0, 9.99, 10, 25, 99].map((time_s) => windowAt(clip(30), time_s))).toEqual([0, 0, 1, 2, 2]);
  });

  it("a span takes all windows that it overlaps, and no next one for its end", () => {
    expect(windowsOf(clip(60), 9.8, 10.2)).toEqual([0, 1]);
    expect(windowsOf(clip(60), 5, 10)).toEqual([0]);
  });
});

describe("heard spans", () => {
  it("merge where they touch, whatever their order", () => {
    let spans: Span[] = [];
    for (const span of [
      [4, 5],
      [0, 1],
      [2, 3],
      [0.9, 2.01],
      [7, 7],
    ] as Span[])
      spans = addSpan(spans, span);
    expect(spans).toEqual([
      [0, 3],
      [4, 5],
    ]);
  });

  it("stay sorted, apart and as long in all as what was played, for random spans", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    };
    const heard = new Uint8Array(1000);
    let spans: Span[] = [];
    for (let round = 0; round < 200; round += 1) {
      const from = Math.floor(random() * 990);
      const to = from + 1 + Math.floor(random() * 9);
      heard.fill(1, from, to);
      spans = addSpan(spans, [from, to]);
      const total = spans.reduce((sum, [start, end]) => sum + end - start, 0);
      expect(total).toBe(heard.reduce((sum, one) => sum + one, 0));
      expect(spans.every(([start], at) => at === 0 || start > (spans[at - 1]?.[1] ?? 0))).toBe(true);
    }
  });

  it("leave gaps that fill the rest of the clip", () => {
    const spans: Span[] = [
      [1, 2],
      [4, 5],
    ];
    expect(gapsBetween(spans, 6)).toEqual([
      [0, 1],
      [2, 4],
      [5, 6],
    ]);
    expect(gapsBetween([], 6)).toEqual([[0, 6]]);
    expect(gapsBetween([[0, 6]], 6)).toEqual([]);
  });

  it("do not hold what a jump passed over", () => {
    const tracker = new HeardTracker();
    tracker.jump(0);
    tracker.advance(1);
    tracker.jump(5);
    tracker.advance(6);
    tracker.stop();
    tracker.advance(9);
    expect(tracker.spans).toEqual([
      [0, 1],
      [5, 6],
    ]);
  });

  it("a span is brought into order and into the clip", () => {
    expect(clampSpan([9, -1], 6)).toEqual([0, 6]);
  });
});

describe("rates", () => {
  it("walk the steps and stay at both ends", () => {
    expect([fasterThan(1), slowerThan(1), fasterThan(2), slowerThan(0.5)]).toEqual([1.15, 0.9, 2, 0.5]);
    expect(fasterThan(1.05)).toBe(1.15);
    expect(clampRate(9)).toBe(2);
    expect(clampRate(Number.NaN)).toBe(1);
    expect(RATES.every((rate, at) => at === 0 || rate > (RATES[at - 1] ?? 0))).toBe(true);
  });
});

describe("ByteLru", () => {
  it("lets go of what was used longest ago once it is over its bytes", () => {
    const cache = new ByteLru<string>(10);
    cache.set("a", "A", 4);
    cache.set("b", "B", 4);
    cache.get("a");
    cache.set("c", "C", 4);
    expect([cache.get("a"), cache.get("b"), cache.get("c"), cache.bytes]).toEqual(["A", undefined, "C", 8]);
  });

  it("keeps nothing larger than itself and counts a replaced value once", () => {
    const cache = new ByteLru<string>(10);
    cache.set("a", "A", 11);
    cache.set("b", "B", 6);
    cache.set("b", "B2", 7);
    expect([cache.has("a"), cache.get("b"), cache.bytes, cache.size]).toEqual([false, "B2", 7, 1]);
  });
});

describe("peaks", () => {
  it("are taken apart into maxima and minima", () => {
    const [max, min] = toChannels(new Int8Array([-127, 127, 0, 64]));
    expect([...max].map((value) => value.toFixed(2))).toEqual(["1.00", "0.50"]);
    expect([...min]).toEqual([-1, 0]);
  });

  it("without any, the line is flat", () => {
    expect(toChannels(null).map((channel) => [...channel])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(gainOf(toChannels(null))).toBe(1);
  });

  it("a column holds the extremes of its bins, and each bin falls into some column", () => {
    const channels = toChannels(new Int8Array([-10, 10, -20, 127, -127, 30, 0, 0]));
    expect(columnAt(channels, 0, 2)).toEqual([1, channels[1][1]]);
    expect(columnAt(channels, 1, 2)[1]).toBe(-1);
    expect(columnAt(channels, 7, 8)).toEqual([0, 0]);
  });

  it("quiet clips are drawn larger, up to a limit", () => {
    expect(gainOf(toChannels(new Int8Array([-64, 64])))).toBeCloseTo(127 / 64);
    expect(gainOf(toChannels(new Int8Array([-1, 1])))).toBe(8);
  });
});

describe("ruler", () => {
  it("ticks are far enough apart, in view, and at round times", () => {
    const labels = (from_s: number, to_s: number, scale: number) =>
      ticksBetween(from_s, to_s, scale).map(({ label }) => label);
    expect(labels(0, 3, 100)).toEqual(["0:00", "0:01", "0:02", "0:03"]);
    expect(labels(3590, 3610, 20)).toEqual(["59:50", "59:55", "1:00:00", "1:00:05", "1:00:10"]);
    expect(labels(1, 1.2, 700)).toEqual(["0:01.0", "0:01.1", "0:01.2"]);
    expect(ticksBetween(0, 0, 100)).toEqual([]);
  });

  it("times are rounded down", () => {
    expect([0, 6.19, 59.99, 60, 3723.4].map((time_s) => formatTime(time_s))).toEqual([
      "0:00.0",
      "0:06.1",
      "0:59.9",
      "1:00.0",
      "1:02:03.4",
    ]);
  });
});
