import { describe, expect, it } from "vitest";
import type { Preferences } from "../../src/core/memory";
import { ActivityMeter } from "../../src/labeller/activity";
import { Worked, workedWords } from "../../src/labeller/worked";

function makePreferences(start: Record<string, string> = {}): Preferences {
  const kept = new Map(Object.entries(start));
  return { recall: (name) => kept.get(name) ?? null, remember: (name, value) => void kept.set(name, value) };
}

const MORNING = new Date(2026, 4, 4, 9, 0);
const NEXT_DAY = new Date(2026, 4, 5, 9, 0);
const MINUTE = 60_000;

describe("time worked", () => {
  it("is counted over sittings of one day, and begins again on the next", () => {
    const preferences = makePreferences();
    let total_ms = 0;
    const first = new Worked(preferences, () => total_ms);
    total_ms = 5 * MINUTE;
    first.note(MORNING);
    expect([first.today_ms, first.sitting_ms]).toEqual([5 * MINUTE, 5 * MINUTE]);

    let again_ms = 2 * MINUTE;
    const second = new Worked(preferences, () => again_ms);
    second.note(MORNING);
    expect([second.today_ms, second.sitting_ms]).toEqual([7 * MINUTE, 2 * MINUTE]);
    again_ms = 3 * MINUTE;
    second.note(NEXT_DAY);
    expect([second.today_ms, second.sitting_ms]).toEqual([MINUTE, 3 * MINUTE]);
  });

  it("of two views of one person adds up", () => {
    const preferences = makePreferences();
    const [one, other] = [1, 2].map((minutes) => new Worked(preferences, () => minutes * MINUTE));
    one?.note(MORNING);
    other?.note(MORNING);
    one?.note(MORNING);
    expect(one?.today_ms).toBe(3 * MINUTE);
  });

  it.each(["{", "null", "[]", '{"day": 3}', '{"day": "x", "ms": -5}'])(
    "outlives a broken memory: %s",
    (broken) => {
      const worked = new Worked(makePreferences({ worked: broken }), () => MINUTE);
      worked.note(MORNING);
      expect(worked.today_ms).toBe(MINUTE);
    },
  );

  it("leaves out long pauses and a clock that jumps back", () => {
    const meter = new ActivityMeter();
    for (const now_ms of [0, 10_000, 100_000, 110_000, 50_000, 60_000]) meter.note(now_ms);
    meter.take();
    expect(meter.total_ms).toBe(30_000);
  });

  it("is said in minutes and hours", () => {
    expect([0, 59, 60, 59 * 60, 3600, 7500].map((s) => workedWords(1000 * s))).toEqual([
      "under a minute",
      "under a minute",
      "1 min",
      "59 min",
      "1 h",
      "2 h 5 min",
    ]);
  });
});
