import { describe, expect, it } from "vitest";
import type { WordPayload } from "../../src/core/protocol";
import { channelFor } from "../../src/segments/channels";
import { cutAt, cutAtTime, joined } from "../../src/segments/cutting";
import { filtered, NO_FILTER } from "../../src/segments/filter";
import { lanesOf } from "../../src/segments/lanes";
import { dragged, targetAt } from "../../src/segments/pointing";
import { LEAST_S, type Region, Regions } from "../../src/segments/regions";
import {
  around,
  fitted,
  following,
  showing,
  timeAt,
  wholeScale,
  xOf,
  zoomed,
} from "../../src/segments/scale";
import { edgesBetween, magnet, pauseAt, skipFrom, snapped } from "../../src/segments/silence";
import { Speakers } from "../../src/segments/speakers";
import { spansIn } from "../../src/segments/speech";
import { extremes, tilesFor, waveLevel } from "../../src/segments/wave_tiles";

import { region } from "./making";

function word(text: string, start_s: number, end_s: number): WordPayload {
  return { text, start_s, end_s, confidence: 0.9, estimated: false };
}

describe("the segments of a recording", () => {
  const rows = [region("c", 8, 9), region("long", 0, 7), region("a", 1, 2), region("b", 1.5, 3)];
  const regions = Regions.of(rows);

  it("are in the order of time and found by it, overlapping ones too", () => {
    expect(regions.all.map(({ segment }) => segment)).toEqual(["long", "a", "b", "c"]);
    expect(regions.between(2, 8).map(({ segment }) => segment)).toEqual(["long", "b"]);
    expect(regions.between(6.9, 8.1).map(({ segment }) => segment)).toEqual(["long", "c"]);
    expect(regions.at(1.7)?.segment).toBe("b");
    expect(regions.at(7.5)).toBeNull();
    expect(regions.from(1.2)?.segment).toBe("b");
  });

  it("are told from the old ones after a swap", () => {
    const next = regions.swap({ before: [rows[2] as Region], after: [region("x", 10, 11)] });
    expect(next.all.map(({ segment }) => segment)).toEqual(["long", "b", "c", "x"]);
    expect(regions.get("a")).not.toBeNull();
  });
});

describe("a cut", () => {
  const content = {
    text: "the quick, brown fox",
    words: [word("the", 0.1, 0.3), word("quick,", 0.4, 0.8), word("brown", 1.2, 1.6), word("fox", 1.7, 2)],
  };

  it("goes between the two words at the caret, in the middle of their pause", () => {
    const { left, right, time_s } = cutAt(content, "the quick, ".length, 2.2);
    expect([left.text, right.text, time_s]).toEqual(["the quick,", "brown fox", 1]);
    expect(right.words.map(({ start_s }) => Number(start_s.toFixed(3)))).toEqual([0.2, 0.7]);
  });

  it("within a word moves to its nearer end", () => {
    expect(cutAt(content, "the quick, b".length, 2.2).left.text).toBe("the quick,");
    expect(cutAt(content, "the quick, brow".length, 2.2).left.text).toBe("the quick, brown");
  });

  it("at a time leaves the words left that are mostly before it", () => {
    const { left, right } = cutAtTime(content, 1.3, 2.2);
    expect([left.text, right.text]).toEqual(["the quick,", "brown fox"]);
    expect(right.words[0]?.start_s).toBe(0);
  });

  it("joined again gives the text and the times back", () => {
    const { left, right, time_s } = cutAt(content, 11, 2.2);
    const whole = joined([left, right], [5, 5 + time_s]);
    expect(whole.text).toBe(content.text);
    whole.words.forEach((one, at) => {
      expect(one.start_s).toBeCloseTo(content.words[at]?.start_s ?? -1, 9);
    });
  });

  it("of a text without words goes by its share of the time, at a space", () => {
    const { left, right } = cutAtTime({ text: "one two three four", words: [] }, 1, 2);
    expect([left.text, right.text]).toEqual(["one two", "three four"]);
  });
});

describe("the view of a recording", () => {
  const scale = fitted(wholeScale(3300, 1000), 3000, 30);

  it("keeps the time under the pointer where it is when it zooms", () => {
    const close = zoomed(scale, 4, 3010);
    expect(xOf(close, 3010)).toBeCloseTo(xOf(scale, 3010), 6);
    expect(timeAt(close, xOf(close, 3003))).toBeCloseTo(3003, 9);
  });

  it("never leaves the recording", () => {
    expect(fitted(scale, 5000, 60).from_s).toBe(3240);
    expect(zoomed(scale, 1e-6, 3010)).toMatchObject({ from_s: 0, span_s: 3300 });
  });

  it("stays while the playhead or the segment is in sight, and turns the page after that", () => {
    expect(following(scale, 3020)).toBe(scale);
    expect(following(scale, 3029.9).from_s).toBeGreaterThan(3020);
    expect(showing(scale, [3001, 3005])).toBe(scale);
    const next = showing(scale, [3029, 3033]);
    expect(next.from_s).toBeLessThan(3029);
    expect(next.from_s + next.span_s).toBeGreaterThan(3033);
    expect(around(scale, [3001, 3003]).span_s).toBeCloseTo(3, 6);
  });
});

describe("silence", () => {
  it("lies between spans that come as whole milliseconds", () => {
    expect(spansIn(Int32Array.of(420, 3180, 3900, 10_800_000).buffer)).toEqual([
      [0.42, 3.18],
      [3.9, 10_800],
    ]);
    expect(spansIn(new ArrayBuffer(0))).toEqual([]);
  });

  const speech: [number, number][] = [
    [1, 2],
    [2.4, 4],
    [10, 12],
  ];

  it("draws a segment to the speech in it, with a little room", () => {
    expect(snapped([0.2, 5], speech, 60)).toEqual([0.88, 4.12]);
    expect(snapped([0.2, 2.2], speech, 60)).toEqual([0.88, 2.12]);
    expect(snapped([5, 9], speech, 60)).toBeNull();
    expect(snapped([0, 1.5], [[0, 1]], 60)?.[0]).toBe(0);
  });

  it("is skipped where it is long, not within a breath of speech", () => {
    expect(skipFrom(4.05, speech)).toBeNull();
    expect(skipFrom(4.5, speech)).toBeCloseTo(9.88);
    expect(skipFrom(2.1, speech)).toBeNull();
    expect(skipFrom(20, speech)).toBeNull();
  });

  it("pulls edges that come near", () => {
    const edges = edgesBetween(speech, 0, 5);
    expect(edges.map((edge) => Number(edge.toFixed(2)))).toEqual([0.88, 2.12, 2.28, 4.12]);
    expect(magnet(0.95, edges, 0.1)).toBeCloseTo(0.88);
    expect(magnet(1.5, edges, 0.1)).toBe(1.5);
    expect(pauseAt(2.2, speech, 60)).toEqual([2, 2.4]);
    expect(pauseAt(3, speech, 60)).toBeNull();
  });
});

describe("the pointer", () => {
  const scale = fitted(wholeScale(100, 1000), 0, 10);
  const rows = [region("a", 1, 3), region("b", 2, 6)];

  it("takes an edge near it, that of the segment in hand first", () => {
    expect(targetAt(scale, rows, "b", 201)).toEqual({ kind: "edge", segment: "b", hold: "start" });
    expect(targetAt(scale, rows, "a", 298)).toEqual({ kind: "edge", segment: "a", hold: "end" });
    expect(targetAt(scale, rows, null, 150)).toEqual({ kind: "body", segment: "a" });
    expect(targetAt(scale, rows, null, 250)).toEqual({ kind: "body", segment: "a" });
    expect(targetAt(scale, rows, "b", 250)).toEqual({ kind: "body", segment: "b" });
    expect(targetAt(scale, rows, null, 800)).toEqual({ kind: "ground" });
  });

  it("never turns a segment inside out or takes it out of the recording", () => {
    expect(dragged([1, 3], "start", 5, 100, LEAST_S)).toEqual([3 - LEAST_S, 3]);
    expect(dragged([1, 3], "end", -5, 100, LEAST_S)).toEqual([1, 1 + LEAST_S]);
    expect(dragged([1, 3], "both", -5, 100, LEAST_S)).toEqual([0, 2]);
    expect(dragged([97, 99], "both", 5, 100, LEAST_S)).toEqual([98, 100]);
  });
});

describe("the list", () => {
  const rows = [
    region("a", 0, 1, { text: "Señor Müller came", speaker: "Anna", state: "done" }),
    region("b", 1, 2, { text: "who came", speaker: "Ben", flags: ["noise"] }),
    region("c", 2, 3, { text: "नमस्ते", speaker: null }),
  ];
  const shown = (filter: object) => filtered(rows, { ...NO_FILTER, ...filter }).map(({ segment }) => segment);

  it("shows what has all the words, in text or name, whatever their case", () => {
    expect(shown({ search: "CAME müller" })).toEqual(["a"]);
    expect(shown({ search: "ben" })).toEqual(["b"]);
    expect(shown({ search: "नमस्ते" })).toEqual(["c"]);
    expect(shown({ search: "nobody" })).toEqual([]);
  });

  it("shows speakers and states", () => {
    expect(shown({ speaker: "Ben" })).toEqual(["b"]);
    expect(shown({ speaker: "" })).toEqual(["c"]);
    expect(shown({ state: "open" })).toEqual(["b", "c"]);
    expect(shown({ state: "flagged" })).toEqual(["b"]);
  });

  it("filters 5,000 rows within a frame", () => {
    const many = Array.from({ length: 5000 }, (_, at) =>
      region(`s${at}`, at, at + 1, { text: `word ${at} of many` }),
    );
    filtered(many, { ...NO_FILTER, search: "warm" });
    const began_ms = performance.now();
    expect(filtered(many, { ...NO_FILTER, search: "4999 many" })).toHaveLength(1);
    expect(performance.now() - began_ms).toBeLessThan(100);
  });
});

describe("speakers", () => {
  it("keep their number when they are renamed, and when nobody has them any more", () => {
    const speakers = new Speakers();
    speakers.meet([region("a", 0, 1, { speaker: "spk10" }), region("b", 0, 1, { speaker: "spk2" })]);
    expect(speakers.all.map(({ name }) => name)).toEqual(["spk2", "spk10"]);
    speakers.rename("spk2", "Anna");
    speakers.meet([region("c", 0, 1, { speaker: "spk2" })]);
    expect(speakers.all.map(({ name }) => name)).toEqual(["Anna", "spk10", "spk2"]);
    expect(speakers.fresh()).toBe("spk4");
  });

  it("have a lane each, and segments without a name have one", () => {
    const speakers = new Speakers();
    const rows = [region("a", 0, 1, { speaker: "Anna" }), region("b", 0, 1)];
    speakers.meet(rows);
    expect(lanesOf(speakers.all, rows, 8).map(({ label }) => label)).toEqual(["1 Anna", "no name"]);
    expect(lanesOf([], [], 8)).toHaveLength(1);
  });
});

describe("a new segment", () => {
  it("is on the channel that is heard alone, else on that of the segment at hand", () => {
    const clip = (id: string) => ({ id, duration_s: 1, window_s: 10 });
    expect(channelFor(clip("rec_1:1"), 3, -1)).toBe(1);
    expect(channelFor(clip("rec_1:mix"), 3, 0)).toBe(0);
    expect(channelFor(clip("rec_1:mix"), 3, undefined)).toBe(-1);
    expect(channelFor(clip("rec_1:mix"), 1, undefined)).toBe(0);
  });
});

describe("tiles of the waveform", () => {
  it("cover what is in sight first, then its sides, with a bin for each pixel", () => {
    const level = waveLevel(33);
    expect(2 ** level).toBeGreaterThanOrEqual(33);
    const tiles = tilesFor([3000, 3030], 3300, level);
    expect(tiles[0]?.start_s).toBeLessThanOrEqual(3000);
    expect(tiles.slice(0, -2).at(-1)?.end_s).toBeGreaterThanOrEqual(3030);
    expect(tiles.every(({ start_s, end_s, n_bins }) => n_bins <= 1024 && end_s > start_s)).toBe(true);
  });

  it("give the extremes of the bins of a pixel, and null beside them", () => {
    const bins = { start_s: 10, end_s: 12, pairs: new Int8Array([-1, 2, -9, 3, -4, 8, -2, 1]) };
    expect(extremes(bins, 10.5, 11.5)).toEqual([-9, 8]);
    expect(extremes(bins, 9, 10)).toBeNull();
  });
});
