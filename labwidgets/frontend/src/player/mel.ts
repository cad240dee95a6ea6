/** Slaney's mel scale, as the kernel's bands have it: linear to 1 kHz, logarithmic above. */
const LINEAR_TO_HZ = 1000;
const MEL_PER_HZ = 3 / 200;
const LOG_STEP = Math.log(6.4) / 27;

export function melOf(frequency_hz: number): number {
  if (frequency_hz < LINEAR_TO_HZ) return MEL_PER_HZ * frequency_hz;
  return MEL_PER_HZ * LINEAR_TO_HZ + Math.log(frequency_hz / LINEAR_TO_HZ) / LOG_STEP;
}

/** Where a frequency stands in a picture of `n_bands` bands from 0 to `max_hz`: 0 at its foot, 1 at its top. */
export function heightOf(frequency_hz: number, max_hz: number, n_bands: number): number {
  // The centre of band i lies at (i + 1) / (n + 1) of the scale, and in the middle of row i.
  return (((n_bands + 1) * melOf(frequency_hz)) / melOf(max_hz) - 0.5) / n_bands;
}

const MARKS_HZ = [500, 1000, 2000, 4000, 8000];

/** Frequencies to write beside the picture. */
export function marksOf(max_hz: number): { frequency_hz: number; label: string }[] {
  return MARKS_HZ.filter((frequency_hz) => frequency_hz < max_hz).map((frequency_hz) => ({
    frequency_hz,
    label: frequency_hz < 1000 ? `${frequency_hz} Hz` : `${frequency_hz / 1000} kHz`,
  }));
}
