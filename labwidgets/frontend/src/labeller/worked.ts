import type { Preferences } from "../core/memory";

const NAME = "worked";

/** Time worked in this sitting (since the page was opened) and today, pauses left out. */
export class Worked {
  private seen_ms = 0;
  private day = "";
  private before_ms = 0;
  sitting_ms = 0;

  constructor(
    private readonly preferences: Preferences,
    private readonly total_ms: () => number,
  ) {}

  get today_ms(): number {
    return this.before_ms;
  }

  /** Takes over what was worked since the last time. */
  note(now: Date): void {
    const total_ms = this.total_ms();
    const worked_ms = Math.max(0, total_ms - this.seen_ms);
    this.seen_ms = total_ms;
    this.sitting_ms += worked_ms;
    const day = dayOf(now);
    // Another tab of the same person may have added to it.
    const kept = recalled(this.preferences.recall(NAME));
    this.before_ms = (kept.day === day ? kept.ms : 0) + worked_ms;
    if (worked_ms > 0 || this.day !== day) {
      this.preferences.remember(NAME, JSON.stringify({ day, ms: this.before_ms }));
    }
    this.day = day;
  }
}

function dayOf(now: Date): string {
  return `${now.getFullYear()}-${now.getMonth() + 1}-${now.getDate()}`;
}

function recalled(text: string | null): { day: string; ms: number } {
  try {
    const { day, ms } = JSON.parse(text ?? "{}") as { day?: unknown; ms?: unknown };
    if (typeof day === "string" && typeof ms === "number" && ms >= 0) return { day, ms };
  } catch {
    // Somebody else's entry, or a broken one: the day begins again.
  }
  return { day: "", ms: 0 };
}

/** "under a minute", "12 min", "2 h 5 min". */
export function workedWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "under a minute";
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
