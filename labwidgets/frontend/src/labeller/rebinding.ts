import { Emitter } from "../core/emitter";
import type { Action } from "../core/parts";
import { actsInText, chordOf, keeperOf } from "../ui/chords";
import { chordPieces, type KeyStroke } from "../ui/keys";
import type { Bindings } from "./bindings";
import { nameOf, type Shown } from "./help";

export interface Slot {
  action: Action;
  /** The chord that is there; null for the place of a further one. */
  chord: string | null;
}

export interface Clash extends Slot {
  wanted: string;
  owner: Action;
}

export type Settlement = "take" | "swap" | "leave";

/** Changing keys step by step: press new ones, settle a clash, take some away. Knows no DOM. */
export class Rebinding {
  private readonly events = new Emitter<{ change: []; news: [text: string] }>();
  /** Waits for new keys here. */
  recording: Slot | null = null;
  /** The new keys do something already. */
  clash: Clash | null = null;

  constructor(
    readonly bindings: Bindings,
    private readonly shown: Shown,
  ) {
    bindings.onChange(() => {
      this.recording = null;
      this.clash = null;
      this.events.emit("change");
    });
  }

  on<E extends "change" | "news">(
    name: E,
    listener: (...args: { change: []; news: [string] }[E]) => void,
  ): void {
    this.events.on(name, listener);
  }

  nameOf(action: Action): string {
    return nameOf(action, this.shown) ?? action;
  }

  words(chord: string): string {
    return chordPieces(chord, this.bindings.mac).join("+");
  }

  start(slot: Slot): void {
    this.recording = slot;
    this.clash = null;
    this.events.emit("change");
    this.say(`Press the new keys for: ${this.nameOf(slot.action)}. Esc leaves it as it is.`);
  }

  /** Gets each key before anybody else; true where it took it. */
  record(stroke: KeyStroke): boolean {
    if (!this.recording) return false;
    if (stroke.key === "Escape") this.cancel();
    else {
      const chord = chordOf(stroke, this.bindings.mac);
      if (chord) this.take(this.recording, chord);
    }
    return true;
  }

  settle(how: Settlement): void {
    const { clash, bindings } = this;
    if (!clash) return;
    const { action, chord, wanted, owner } = clash;
    const now = `${this.words(wanted)} now: ${this.nameOf(action)}.`;
    if (how === "take") {
      bindings.give(wanted, action, chord);
      const left = bindings.chords(owner).map((other) => this.words(other));
      this.say(`${now} Left for “${this.nameOf(owner)}”: ${left.join(", ") || "no keys"}.`);
    } else if (how === "swap" && chord !== null) {
      bindings.swap(wanted, action, chord);
      this.say(`${now} ${this.words(chord)} now: ${this.nameOf(owner)}.`);
    } else this.cancel();
  }

  remove({ action, chord }: Slot): void {
    if (chord === null) return;
    if (this.bindings.remove(action, chord)) {
      this.say(`${this.words(chord)} does nothing now; it was: ${this.nameOf(action)}.`);
    } else this.say(`“${this.nameOf(action)}” needs keys: give it others first.`);
  }

  /** Gives up what is under way; false where nothing is. */
  cancel(): boolean {
    if (!this.recording && !this.clash) return false;
    this.recording = null;
    this.clash = null;
    this.events.emit("change");
    this.say("Nothing changed.");
    return true;
  }

  private take({ action, chord: old }: Slot, chord: string): void {
    const keeper = keeperOf(chord);
    if (keeper) {
      this.say(`${this.words(chord)} cannot be used: ${keeper}. Press others, or Esc.`);
      return;
    }
    const owner = this.bindings.ownerOf(chord);
    this.recording = null;
    if (owner && owner !== action) {
      this.clash = { action, chord: old, wanted: chord, owner };
      this.events.emit("change");
      this.say(`${this.words(chord)} does something already: ${this.nameOf(owner)}.`);
      return;
    }
    if (chord === old) this.events.emit("change");
    else this.bindings.give(chord, action, old);
    this.say(`${this.words(chord)} now: ${this.nameOf(action)}${placeNote(chord)}.`);
  }

  private say(text: string): void {
    this.events.emit("news", text);
  }
}

/** What is to know of keys that the text needs for itself. */
export function placeNote(chord: string): string {
  return actsInText(chord) ? "" : " (outside the text only)";
}
