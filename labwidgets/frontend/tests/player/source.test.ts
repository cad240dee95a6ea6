import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Line } from "../../src/core/line";
import type { ClipPayload } from "../../src/core/protocol";
import { Scope } from "../../src/core/scope";
import type { Transport } from "../../src/core/transport";
import { ByteLru } from "../../src/player/lru";
import { type SoundWindow, WindowSource } from "../../src/player/source";
import { planWindows } from "../../src/player/windows";

const clip: ClipPayload = { id: "c", duration_s: 600, window_s: 10 };

interface Asked {
  index: number;
  codec: string;
  isGivenUp: () => boolean;
  arrive: (n_bytes: number) => Promise<void>;
}

/** A kernel that answers when it is told to. */
function setUp(line: Line) {
  const asked: Asked[] = [];
  const request = (
    _name: string,
    { index, codec }: { index: number; codec: string },
    { signal }: { signal: AbortSignal },
  ) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () =>
        reject(Object.assign(new Error(), { name: "RequestError", code: "aborted" })),
      );
      asked.push({
        index,
        codec,
        isGivenUp: () => signal.aborted,
        async arrive(n_bytes) {
          const payload = { start_s: 10 * index, end_s: 10 * index + 10, lead_s: 0, mime: "audio/mp4" };
          resolve({ payload, buffers: [new ArrayBuffer(n_bytes)] });
          await new Promise((done) => setTimeout(done));
        },
      });
    });
  const transport = { request, onLink: () => () => {} } as unknown as Transport;
  const scope = new Scope();
  const cache = new ByteLru<SoundWindow>(1e8);
  const source = new WindowSource(scope, transport, "auto", () => true, cache, line);
  const play = (time_s: number, isPlaying = true, next_s: number[] = []) =>
    source.want(
      planWindows(clip, { time_s, isPlaying, loopStart_s: null, next_s }).map((planned) => ({
        clip,
        ...planned,
      })),
    );
  const open = () =>
    asked.filter(({ isGivenUp }) => !isGivenUp()).map(({ index, codec }) => `${index} ${codec}`);
  return { scope, asked, play, open };
}

function lineOf(bytesPerSecond: number): Line {
  return new Line({ recall: () => bytesPerSecond, remember() {} });
}

describe("WindowSource", () => {
  let scope: Scope | null = null;
  beforeEach(() => {
    scope = null;
  });
  afterEach(() => scope?.dispose());

  it("asks for two windows of FLAC at a time on a fast line", () => {
    const found = setUp(lineOf(1e6));
    ({ scope } = found);
    found.play(432);
    expect(found.open()).toEqual(["43 flac", "44 flac"]);
  });

  it("on a slow line, or one that it does not know, brings one of Opus at a time ahead", async () => {
    for (const line of [lineOf(1e5), new Line()]) {
      const found = setUp(line);
      ({ scope } = found);
      found.play(432);
      expect(found.open()).toEqual(["43 opus"]);
      await found.asked[0]?.arrive(5_000);
      expect(found.open()).toEqual(["43 opus", "44 opus"]);
      scope.dispose();
    }
  });

  it("brings two at a time on a slow line where sound would wait for both", () => {
    const found = setUp(lineOf(1e5));
    ({ scope } = found);
    found.play(438);
    expect(found.open()).toEqual(["43 opus", "44 opus"]);
  });

  it("gives up what a jump left behind, and asks for the new place at once", async () => {
    const found = setUp(lineOf(1e5));
    ({ scope } = found);
    found.play(432);
    await found.asked[0]?.arrive(5_000);
    found.play(100);
    expect(found.asked[1]?.isGivenUp()).toBe(true);
    expect(found.open().at(-1)).toBe("10 opus");
  });

  it("a pause gives up nothing that is on its way, and asks for nothing ahead", async () => {
    const found = setUp(lineOf(1e6));
    ({ scope } = found);
    found.play(432);
    found.play(432, false);
    expect(found.asked.some(({ isGivenUp }) => isGivenUp())).toBe(false);
    for (const { arrive } of found.asked) await arrive(50_000);
    expect(found.asked).toHaveLength(2);
  });

  it("has the start of the next segment before it is jumped to", async () => {
    const found = setUp(lineOf(1e6));
    ({ scope } = found);
    found.play(432, false, [95]);
    for (const { arrive } of found.asked) await arrive(50_000);
    expect(found.asked.map(({ index }) => index)).toEqual([43, 9]);
    found.play(95);
    expect(found.open().slice(2)).toEqual(["10 flac", "11 flac"]);
  });
});
