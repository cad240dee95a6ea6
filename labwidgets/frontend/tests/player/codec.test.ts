import { describe, expect, it } from "vitest";
import { Line } from "../../src/core/line";
import { CodecChooser } from "../../src/player/codec";

const chooserOn = (line: Line, setting: "auto" | "flac" | "opus" = "auto", plays = ["flac", "opus"]) =>
  new CodecChooser(setting, (codec) => plays.includes(codec), line);

const deliver = (line: Line, n_bytes: number, ms: number, at = 0) => {
  line.started(at);
  line.finished(n_bytes, at + ms);
};

describe("CodecChooser", () => {
  it("takes Opus until the line is known, and FLAC from the first window on where the code came fast", () => {
    const line = new Line();
    const chooser = chooserOn(line);
    expect(chooser.codec).toBe("opus");
    deliver(line, 225_000, 200);
    expect(chooser.codec).toBe("flac");
  });

  it("takes no FLAC at all where the code came over 1 Mbit/s", () => {
    const line = new Line();
    deliver(line, 225_000, 2_000);
    const chooser = chooserOn(line);
    for (let round = 0; round < 20; round += 1) {
      expect(chooser.codec).toBe("opus");
      for (let answer = 0; answer < 3; answer += 1) line.answered(205 + 10 * answer);
      deliver(line, 20_000, 410, 1e6 * round);
    }
  });

  it("stays with FLAC on a fast line, leaves it on a slow one, and comes back to it", () => {
    const line = new Line();
    deliver(line, 200_000, 100);
    const chooser = chooserOn(line);
    expect(chooser.codec).toBe("flac");
    deliver(line, 200_000, 4000);
    expect(chooser.codec).toBe("opus");
    for (let round = 0; round < 6; round += 1) deliver(line, 20_000, 20, 1e6 * round);
    expect(chooser.codec).toBe("flac");
  });

  it("does not swing between the two limits", () => {
    const line = new Line();
    const chooser = chooserOn(line);
    for (let round = 0; round < 6; round += 1) deliver(line, 50_000, 200, 1e6 * round);
    expect(line.bytesPerSecond).toBeCloseTo(250_000);
    expect(chooser.codec).toBe("opus");
    deliver(line, 2_000_000, 1_000);
    expect(chooser.codec).toBe("flac");
    for (let round = 0; round < 20; round += 1) deliver(line, 50_000, 200, 1e6 * round);
    expect(chooser.codec).toBe("flac");
  });

  it("keeps to the setting unless the browser cannot play it", () => {
    const line = new Line();
    const chosen = chooserOn(line, "flac");
    deliver(line, 200_000, 60_000);
    expect(chosen.codec).toBe("flac");
    expect(chooserOn(line, "flac", ["opus"]).codec).toBe("opus");
    deliver(line, 9_000_000, 10);
    expect(chooserOn(line, "auto", ["opus"]).codec).toBe("opus");
  });
});

describe("Line", () => {
  it("counts the bytes of two requests at a time over the same seconds", () => {
    const line = new Line();
    line.started(0);
    line.started(0);
    line.finished(100_000, 500);
    line.finished(100_000, 500);
    expect(line.bytesPerSecond).toBeGreaterThan(390_000);
  });

  it("takes the way there and back for none of the line's work, and never for more than half of it", () => {
    const far = new Line();
    for (const ms of [260, 200, 240]) far.answered(ms);
    deliver(far, 20_000, 360);
    expect(far.bytesPerSecond).toBeCloseTo(20_000 / 0.18, -1);
    const near = new Line();
    for (const ms of [12, 10, 30]) near.answered(ms);
    deliver(near, 20_000, 60);
    expect(near.bytesPerSecond).toBeCloseTo(400_000);
  });

  it("learns nothing from what failed or is small", () => {
    const line = new Line();
    deliver(line, 0, 5_000);
    deliver(line, 2_000, 5_000);
    expect(line.bytesPerSecond).toBeNull();
  });

  it("is remembered by the next page, which believes what it sees itself", () => {
    let kept: number | null = null;
    const memory = {
      recall: () => kept,
      remember: (speed: number) => {
        kept = speed;
      },
    };
    deliver(new Line(memory), 9_000_000, 1_000);
    const next = new Line(memory);
    expect(next.isSlow).toBe(false);
    deliver(next, 200_000, 1_600);
    expect(next.isSlow).toBe(true);
    expect(new Line(memory).isSlow).toBe(true);
  });
});
