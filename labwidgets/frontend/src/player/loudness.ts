import type { Preferences } from "../core/memory";

/** Steps of the keys and of the slider, dB. */
export const STEP_DB = 3;
export const LEAST_DB = -24;
export const MOST_DB = 18;

export function clampLoudness(loudness_db: number): number {
  if (!Number.isFinite(loudness_db)) return 0;
  return Math.min(MOST_DB, Math.max(LEAST_DB, STEP_DB * Math.round(loudness_db / STEP_DB)));
}

/** What the element does of it (0 … 1) and what is left for the boost (dB). */
export function splitLoudness(loudness_db: number): { volume: number; boost_db: number } {
  return { volume: 10 ** (Math.min(0, loudness_db) / 20), boost_db: Math.max(0, loudness_db) };
}

/** "+6 dB", "0 dB", "−3 dB". */
export function loudnessWords(loudness_db: number): string {
  const sign = loudness_db > 0 ? "+" : loudness_db < 0 ? "−" : "";
  return `${sign}${Math.abs(loudness_db)} dB`;
}

/** How loud one person has it, remembered; each setter says in words how loud it is then. */
export class Loudness {
  private loudness_db = 0;

  constructor(
    private readonly preferences: Preferences,
    private readonly apply: (loudness_db: number) => void,
  ) {}

  readonly set = (wanted_db: number): string => {
    this.loudness_db = clampLoudness(wanted_db);
    this.apply(this.loudness_db);
    this.preferences.remember("loudness_db", String(this.loudness_db));
    return loudnessWords(this.loudness_db);
  };

  readonly louder = (): string => this.set(this.loudness_db + STEP_DB);
  readonly quieter = (): string => this.set(this.loudness_db - STEP_DB);

  recall(): void {
    this.set(Number(this.preferences.recall("loudness_db")));
  }
}
