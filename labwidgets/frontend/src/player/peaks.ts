/** Waveform as wavesurfer takes it: one channel of maxima, one of minima, -1 … 1. */
export type PeakChannels = [max: Float32Array, min: Float32Array];

/** A quiet clip is drawn larger, but not so much that its noise looks like speech. */
const MOST_GAIN = 8;

/** From int8 pairs (min and max by turns, 127 = full scale). */
export function toChannels(peaks: Int8Array | null): PeakChannels {
  const n_bins = peaks ? Math.floor(peaks.length / 2) : 0;
  if (!peaks || n_bins === 0) return [new Float32Array(2), new Float32Array(2)];
  const max = new Float32Array(n_bins);
  const min = new Float32Array(n_bins);
  for (let bin = 0; bin < n_bins; bin += 1) {
    min[bin] = (peaks[2 * bin] ?? 0) / 127;
    max[bin] = (peaks[2 * bin + 1] ?? 0) / 127;
  }
  return [max, min];
}

/** What to multiply with so that the loudest bin fills the height. */
export function gainOf([max, min]: PeakChannels): number {
  let loudest = 0;
  for (let bin = 0; bin < max.length; bin += 1) {
    loudest = Math.max(loudest, max[bin] ?? 0, -(min[bin] ?? 0));
  }
  return loudest > 0 ? Math.min(MOST_GAIN, 1 / loudest) : 1;
}

/** The extremes of the bins that pixel column `x` of `width` covers; between two bins, the nearer one. */
export function columnAt([max, min]: PeakChannels, x: number, width: number): [high: number, low: number] {
  const n_bins = max.length;
  const from = Math.min(n_bins - 1, Math.floor((x * n_bins) / width));
  const to = Math.max(from + 1, Math.min(n_bins, Math.floor(((x + 1) * n_bins) / width)));
  let high = -1;
  let low = 1;
  for (let bin = from; bin < to; bin += 1) {
    high = Math.max(high, max[bin] ?? 0);
    low = Math.min(low, min[bin] ?? 0);
  }
  return [high, low];
}
