import type { Preferences } from "../core/memory";
import type { LabelSettings } from "../core/protocol";

const NAME = "options";

export interface OptionLimits {
  min: number;
  max: number;
  step: number;
}

/** What each person may set otherwise than the project, with the limits of `labwidgets.config`. */
export const NUMBERS = {
  resume_after_s: { min: 0.2, max: 30, step: 0.1 },
  jump_back_s: { min: 0, max: 10, step: 0.1 },
  lead_s: { min: 0, max: 10, step: 0.1 },
} as const satisfies Partial<Record<keyof LabelSettings, OptionLimits>>;
export const SWITCHES = [
  "autoplay",
  "pause_while_typing",
  "typing_help",
] as const satisfies (keyof LabelSettings)[];

type NumberName = keyof typeof NUMBERS;
type SwitchName = (typeof SWITCHES)[number];
export type OptionValues = Pick<LabelSettings, NumberName | SwitchName>;

/**
 * The project's settings with what this browser remembers of the person on top. `settings` is one object for
 * as long as the view lives: whoever needs a value reads it there when it is needed.
 */
export class Options {
  readonly settings: LabelSettings;

  constructor(
    private readonly project: LabelSettings,
    private readonly preferences: Preferences,
  ) {
    this.settings = { ...project, ...read(preferences.recall(NAME)) };
  }

  set<N extends keyof OptionValues>(name: N, value: OptionValues[N]): void {
    if (!isFitting(name, value)) return;
    Object.assign(this.settings, { [name]: value });
    const names = [...SWITCHES, ...(Object.keys(NUMBERS) as NumberName[])];
    const own = names.filter((each) => this.settings[each] !== this.project[each]);
    const values = Object.fromEntries(own.map((each) => [each, this.settings[each]]));
    this.preferences.remember(NAME, JSON.stringify(values));
  }
}

function isFitting(name: string, value: unknown): boolean {
  if ((SWITCHES as readonly string[]).includes(name)) return typeof value === "boolean";
  const limits = (NUMBERS as Record<string, OptionLimits>)[name];
  return limits !== undefined && typeof value === "number" && value >= limits.min && value <= limits.max;
}

function read(text: string | null): Partial<OptionValues> {
  try {
    const found = Object.entries((JSON.parse(text ?? "null") ?? {}) as Record<string, unknown>);
    return Object.fromEntries(found.filter(([name, value]) => isFitting(name, value)));
  } catch {
    // Somebody else's entry, or a broken one: the project's settings hold.
    return {};
  }
}
