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
