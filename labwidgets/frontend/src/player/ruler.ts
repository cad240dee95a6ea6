/** Steps of the time scale, in seconds. */
const STEPS_S = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
const LEAST_GAP_PX = 64;

export interface Tick {
  time_s: number;
  label: string;
}

/** Labelled ticks between two times, at least `LEAST_GAP_PX` apart. */
export function ticksBetween(from_s: number, to_s: number, pxPerSecond: number): Tick[] {
  if (!(pxPerSecond > 0) || !(to_s > from_s)) return [];
  const step_s = STEPS_S.find((step) => step * pxPerSecond >= LEAST_GAP_PX) ?? 3600;
  const ticks: Tick[] = [];
  for (let index = Math.ceil(from_s / step_s - 1e-9); index * step_s <= to_s + 1e-9; index += 1) {
    const time_s = index * step_s;
    ticks.push({ time_s, label: formatTime(time_s, step_s < 0.1 ? 2 : step_s < 1 ? 1 : 0) });
  }
  return ticks;
}

/** 0:06.2, 12:05.0 or 1:02:03.4; rounds down, so that a clock never shows what has not come yet. */
export function formatTime(time_s: number, n_decimals = 1): string {
  const scale = 10 ** n_decimals;
  const units = Math.max(0, Math.floor(time_s * scale + 1e-6));
  const whole = Math.floor(units / scale);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const seconds = String(whole % 60).padStart(2, "0");
  const fraction = n_decimals > 0 ? `.${String(units % scale).padStart(n_decimals, "0")}` : "";
  const head = hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}` : String(minutes);
  return `${head}:${seconds}${fraction}`;
}
