import { describe, expect, it } from "vitest";
import { AT_START, type Playhead, planWindows, windowAt, windowCount } from "../../src/player/windows";

const clip = (duration_s: number) => ({ id: "c", duration_s, window_s: 10 });
const at = (time_s: number, more: Partial<Playhead> = {}): Playhead => ({ ...AT_START, time_s, ...more });
const said = (duration_s: number, playhead: Playhead) =>
  planWindows(clip(duration_s), playhead).map(({ index, when }) => `${index} ${when}`);

describe("the plan of windows", () => {
  it("while it plays: the one that sounds, then two ahead", () => {
    expect(said(600, at(432, { isPlaying: true }))).toEqual(["43 now", "44 soon", "45 soon"]);
    expect(said(600, at(595, { isPlaying: true }))).toEqual(["59 now"]);
    expect(said(0, at(0, { isPlaying: true }))).toEqual([]);
  });

  it("near the end of a window the next one is waited for, too", () => {
    expect(said(600, at(438, { isPlaying: true }))).toEqual(["43 now", "44 now", "45 soon"]);
  });

  it("what stands still asks for no more than a start needs, and gives up nothing that is on its way", () => {
    expect(said(600, at(432))).toEqual(["43 now", "44 later", "45 later"]);
    expect(said(600, at(438))).toEqual(["43 now", "44 soon", "45 later"]);
  });

  it("the start of a loop and of the next segments come before the second one ahead", () => {
    const playhead = at(432, { isPlaying: true, loopStart_s: 401, next_s: [439.5, 590, 12] });
    expect(said(600, playhead)).toEqual(["43 now", "44 soon", "40 soon", "59 soon", "1 soon", "45 soon"]);
  });

  it("holds for any playhead: what sounds is first, no window twice or outside, no more than can be used", () => {
    let seed = 11;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    };
    for (let round = 0; round < 2_000; round += 1) {
      const duration_s = 0.1 + 400 * random() ** 3;
      const sound = clip(duration_s);
      const some = () => duration_s * random();
      const playhead = at(some(), {
        isPlaying: random() < 0.5,
        loopStart_s: random() < 0.3 ? some() : null,
        next_s: random() < 0.5 ? [some(), some()] : [],
      });
      const plan = planWindows(sound, playhead);
      const indices = plan.map(({ index }) => index);
      expect(plan[0]).toEqual({ index: windowAt(sound, playhead.time_s), when: "now" });
      expect(new Set(indices).size).toBe(indices.length);
      expect(indices.every((index) => index >= 0 && index < windowCount(sound))).toBe(true);
      const places = [
        playhead.time_s,
        ...playhead.next_s,
        ...(playhead.loopStart_s === null ? [] : [playhead.loopStart_s]),
      ];
      for (const { index, when } of plan) {
        const ahead = index - windowAt(sound, playhead.time_s);
        const isExpected = places.some((time_s) => windowAt(sound, time_s) === index);
        // After a jump nothing is left of where it was.
        expect(isExpected || (ahead > 0 && ahead <= 2)).toBe(true);
        if (playhead.isPlaying) expect(when).not.toBe("later");
        // Three seconds of sound are there before it is needed.
        const runsOut_s = (indices[0] ?? 0) * 10 + 10 - playhead.time_s;
        if (!playhead.isPlaying && !isExpected && runsOut_s >= 3) expect(when).toBe("later");
      }
      const isNear = (indices[0] ?? 0) * 10 + 10 - playhead.time_s < 3;
      const next = plan.find(({ index }) => index === (indices[0] ?? 0) + 1);
      if (isNear && next) expect(next.when).not.toBe("later");
    }
  });
});
