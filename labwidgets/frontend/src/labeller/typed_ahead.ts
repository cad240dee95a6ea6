import type { Stroke } from "../core/parts";
import type { KeyStroke } from "../ui/keys";

/** What a key would do in the text, as far as it can be done later; null for all others. */
export function strokeOf({ key, ctrlKey, altKey, metaKey }: KeyStroke): Stroke | null {
  if ((ctrlKey || metaKey) && !altKey) return key.toLowerCase() === "a" ? { kind: "selectAll" } : null;
  if (altKey) return null;
  if (key === "Backspace") return { kind: "delete" };
  // Names of keys are words; what a key types is one character, however many code units it has.
  return [...key].length === 1 ? { kind: "insert", text: key } : null;
}

/** Keeps what is typed while a segment is on its way, for the text that is not there yet. */
export class TypedAhead {
  private strokes: Stroke[] = [];

  note(event: KeyStroke): void {
    const stroke = strokeOf(event);
    if (stroke) this.strokes.push(stroke);
  }

  /** Text that an input method wrote into the text that goes. */
  composed(text: string): void {
    if (text) this.strokes.push({ kind: "insert", text });
  }

  /** Gives everything, and forgets it. */
  take(): Stroke[] {
    return this.strokes.splice(0);
  }
}
