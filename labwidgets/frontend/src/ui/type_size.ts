import type { Preferences } from "../core/memory";

const STEPS = [0.85, 1, 1.15, 1.3, 1.5, 1.75, 2] as const;
/** The rest of the page follows the text with half a step, so that it leaves it the room. */
const UI_SHARE = 0.5;
const NAME = "type_size";

export interface TypeSize {
  /** One step; says where it stands then, as "115 %". */
  larger(): string;
  smaller(): string;
}

/** Sizes of the text (`--lw-scale`) and of all around it (`--lw-ui`), remembered; the browser's zoom comes on top. */
export function createTypeSize(
  root: HTMLElement,
  preferences: Preferences,
  onChange: (ui: number) => void,
): TypeSize {
  let at = stepOf(Number(preferences.recall(NAME)));
  const apply = () => {
    const scale = STEPS[at] ?? 1;
    root.style.setProperty("--lw-scale", String(scale));
    root.style.setProperty("--lw-ui", String(uiScaleOf(scale)));
    onChange(uiScaleOf(scale));
    return `${Math.round(100 * scale)} %`;
  };
  const step = (by: number) => {
    at = Math.min(STEPS.length - 1, Math.max(0, at + by));
    preferences.remember(NAME, String(STEPS[at]));
    return apply();
  };
  apply();
  return { larger: () => step(1), smaller: () => step(-1) };
}

export function uiScaleOf(scale: number): number {
  return Math.max(0.95, 1 + UI_SHARE * (scale - 1));
}

function stepOf(scale: number): number {
  const found = STEPS.indexOf(scale as (typeof STEPS)[number]);
  return found >= 0 ? found : STEPS.indexOf(1);
}
