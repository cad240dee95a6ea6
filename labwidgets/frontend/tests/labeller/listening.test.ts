import { describe, expect, it, vi } from "vitest";
import { Emitter } from "../../src/core/emitter";
import type { Editor, Player, PlayerEvents } from "../../src/core/parts";
import type { LabelSettings, WordPayload } from "../../src/core/protocol";
import { Scope } from "../../src/core/scope";
import { createListening } from "../../src/labeller/listening";
import { createTypingPause } from "../../src/labeller/typing_pause";

const SETTINGS = { lead_s: 0.5, pause_while_typing: true, resume_after_s: 2 } as LabelSettings;

function word(text: string, start_s: number): WordPayload {
  return { text, start_s, end_s: start_s + 0.4, confidence: null, estimated: false };
}

const WORDS = [word("one", 1), word("two", 2), word("three", 3)];

class FakePlayer {
  readonly events = new Emitter<PlayerEvents>();
  readonly played: (number | undefined)[][] = [];
  playing = false;
  bounded = false;
  time_s = 0;
  paused_s: number | null = null;

  async play(...span: number[]): Promise<void> {
    this.played.push(span.map((time_s) => Math.round(time_s * 100) / 100));
    this.playing = true;
    this.events.emit("playing", true);
  }

  pause(): void {
    this.playing = false;
    this.paused_s = this.time_s;
    this.events.emit("playing", false);
  }

  on<E extends keyof PlayerEvents>(name: E, listener: (...args: PlayerEvents[E]) => void): () => void {
    return this.events.on(name, listener);
  }
}

function listen(caret: WordPayload | null = WORDS[1] ?? null) {
  const player = new FakePlayer();
  const editor = {
    wordAtCaret: () => caret,
    wordBegun: (time_s: number) => WORDS.findLast(({ start_s }) => start_s <= time_s) ?? null,
  };
  return {
    player,
    listening: createListening(player as unknown as Player, editor as unknown as Editor, SETTINGS),
  };
}

describe("listening once more", () => {
  it("plays from the word at the caret, and from a little before it", () => {
    const { player, listening } = listen();
    listening.fromWord();
    listening.beforeWord();
    expect(player.played).toEqual([[2], [1.5]]);
  });

  it("plays from before where it is when no word stands at the caret, never from before the start", () => {
    const { player, listening } = listen(null);
    player.time_s = 0.2;
    listening.beforeWord();
    expect(player.played).toEqual([[0]]);
  });

  it("goes back to before the last pause, wherever it is now", () => {
    const { player, listening } = listen();
    player.time_s = 3;
    player.pause();
    player.time_s = 1;
    listening.beforePause();
    expect(player.played).toEqual([[2.5]]);
  });

  it("plays the word heard last alone after a pause", () => {
    const { player, listening } = listen();
    player.time_s = 2.3;
    listening.again();
    expect(player.played).toEqual([[1.92, 2.48]]);
  });

  it("goes back to that word while the sound plays, and not to one that has just begun", () => {
    const { player, listening } = listen();
    player.playing = true;
    player.time_s = 3.1;
    listening.again();
    expect(player.played).toEqual([[1.92]]);
  });

  it("goes back a little where no word has begun", () => {
    const { player, listening } = listen();
    player.time_s = 0.8;
    listening.again();
    expect(player.played).toEqual([[0.3]]);
  });
});

describe("pausing while somebody types", () => {
  function type(settings = SETTINGS) {
    vi.useFakeTimers();
    const player = new FakePlayer();
    const pause = createTypingPause(new Scope(), player as unknown as Player, settings);
    void player.play();
    return { player, pause };
  }

  it("goes on a while after the last key", () => {
    const { player, pause } = type();
    pause.typed();
    expect(player.playing).toBe(false);
    vi.advanceTimersByTime(1_900);
    pause.typed();
    vi.advanceTimersByTime(1_900);
    expect(player.playing).toBe(false);
    vi.advanceTimersByTime(100);
    expect(player.playing).toBe(true);
    expect(player.played).toHaveLength(2);
  });

  it("does nothing for those who did not choose it", () => {
    const { player, pause } = type({ ...SETTINGS, pause_while_typing: false });
    pause.typed();
    expect(player.playing).toBe(true);
  });

  it("does not start what was not playing, nor cut off a word that plays alone", () => {
    const { player, pause } = type();
    player.pause();
    pause.typed();
    vi.advanceTimersByTime(5_000);
    expect(player.playing).toBe(false);
    player.bounded = true;
    void player.play(1, 2);
    pause.typed();
    expect(player.playing).toBe(true);
  });

  it("leaves it to those who press play or pause themselves, and to the next segment", () => {
    const { player, pause } = type();
    pause.typed();
    void player.play();
    player.pause();
    vi.advanceTimersByTime(5_000);
    expect(player.playing).toBe(false);
    void player.play();
    pause.typed();
    pause.stop();
    vi.advanceTimersByTime(5_000);
    expect(player.playing).toBe(false);
  });
});
