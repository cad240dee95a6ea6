/** The steps that the keys walk along. */
export const RATES = [0.5, 0.6, 0.75, 0.9, 1, 1.15, 1.3, 1.5, 1.75, 2] as const;

const TOLERANCE = 1e-6;

export function clampRate(rate: number): number {
  return Number.isFinite(rate) ? Math.min(2, Math.max(0.5, rate)) : 1;
}

export function slowerThan(rate: number): number {
  return RATES.findLast((step) => step < rate - TOLERANCE) ?? RATES[0];
}

export function fasterThan(rate: number): number {
  return RATES.find((step) => step > rate + TOLERANCE) ?? 2;
}
