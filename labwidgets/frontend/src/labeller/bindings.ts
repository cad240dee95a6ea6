import { Emitter } from "../core/emitter";
import type { Preferences } from "../core/memory";
import { ACTIONS, type Action } from "../core/parts";
import { KeyMap } from "../ui/keys";

export type Keys = Record<string, string[]>;

/** Without them nobody would find out of the text again, or see which keys there are. */
const NEVER_EMPTY: readonly Action[] = ["help", "leave"];
const NAME = "keys";

interface Own {
  /** Null: the project's. */
  preset: string | null;
  /** Where they differ from the project's. */
  chords: Keys;
}

const NOTHING: Own = { preset: null, chords: {} };

export interface ProjectKeys {
  keys: Keys;
  preset: string;
}

/** Which keys do what for one person: the project's, with what this browser remembers of the person on top. */
export class Bindings {
  private readonly events = new Emitter<{ change: [] }>();
  private readonly before: Own[] = [];
  private own: Own;
  private effective: Keys = {};
  private keyMap: KeyMap;

  constructor(
    private readonly project: ProjectKeys,
    private readonly preferences: Preferences,
    readonly mac: boolean,
  ) {
    this.own = read(preferences.recall(NAME));
    this.effective = merge(project.keys, this.own.chords);
    this.keyMap = new KeyMap(this.effective, mac);
  }

  onChange(listener: () => void): void {
    this.events.on("change", listener);
  }

  get keys(): Keys {
    return this.effective;
  }

  get map(): KeyMap {
    return this.keyMap;
  }

  get preset(): string {
    return this.own.preset ?? this.project.preset;
  }

  get projectPreset(): string {
    return this.project.preset;
  }

  get isOwn(): boolean {
    return this.own.preset !== null || Object.keys(this.own.chords).length > 0;
  }

  get canUndo(): boolean {
    return this.before.length > 0;
  }

  chords(action: Action): readonly string[] {
    return this.effective[action] ?? [];
  }

  ownerOf(chord: string): Action | null {
    return ACTIONS.find((action) => this.chords(action).includes(chord)) ?? null;
  }

  /** Whether `chord` may be taken away from `action`. */
  mayLose(action: Action, chord: string): boolean {
    return !NEVER_EMPTY.includes(action) || this.chords(action).some((other) => other !== chord);
  }

  /** Gives `chord` to `action`, in the place of `old` or beside what it has; whoever had it loses it. */
  give(chord: string, action: Action, old: string | null): void {
    const owner = this.ownerOf(chord);
    const changes: Keys = {};
    if (owner && owner !== action) changes[owner] = this.chords(owner).filter((other) => other !== chord);
    const now = this.chords(action).filter((other) => other !== chord);
    const at = old === null ? -1 : now.indexOf(old);
    changes[action] = at < 0 ? [...now, chord] : now.toSpliced(at, 1, chord);
    this.change(changes);
  }

  /** `action` gets `chord` in the place of `old`, and its owner gets `old`. */
  swap(chord: string, action: Action, old: string): void {
    const owner = this.ownerOf(chord);
    if (!owner) return;
    const put = (name: Action, from: string, to: string) =>
      this.chords(name).map((other) => (other === from ? to : other));
    this.change({ [action]: put(action, old, chord), [owner]: put(owner, chord, old) });
  }

  /** False where it is the last one of an action that must have some. */
  remove(action: Action, chord: string): boolean {
    if (!this.mayLose(action, chord)) return false;
    this.change({ [action]: this.chords(action).filter((other) => other !== chord) });
    return true;
  }

  /** All keys of a preset; of the project's own preset with what the project changed of it. */
  choose(preset: string, keys: Keys): void {
    if (preset === this.project.preset) this.set(NOTHING);
    else this.set({ preset, chords: differences(keys, this.project.keys) });
  }

  reset(): void {
    this.set(NOTHING);
  }

  undo(): void {
    const own = this.before.pop();
    if (own) this.apply(own);
  }

  /** The lines for `project.yaml` that make these keys those of the project; `keys` are those of the preset. */
  yaml(keys: Keys): string {
    const changed = Object.entries(differences(this.effective, keys));
    if (changed.length === 0) return `keys: ${this.preset}\n`;
    const lines = changed.map(
      ([action, chords]) => `  ${action}: ${JSON.stringify(chords).replaceAll(",", ", ")}\n`,
    );
    return `keys:\n  preset: ${this.preset}\n${lines.join("")}`;
  }

  private change(changes: Keys): void {
    const keys = { ...this.effective, ...changes };
    this.set({ preset: this.own.preset, chords: differences(keys, this.project.keys) });
  }

  private set(own: Own): void {
    this.before.push(this.own);
    this.apply(own);
  }

  private apply(own: Own): void {
    this.own = own;
    this.effective = merge(this.project.keys, own.chords);
    this.keyMap = new KeyMap(this.effective, this.mac);
    this.preferences.remember(NAME, JSON.stringify(own));
    this.events.emit("change");
  }
}

/** Chords of one's own win over those that the project gives to other actions. */
function merge(project: Keys, own: Keys): Keys {
  const taken = new Set(Object.values(own).flat());
  const merged = ACTIONS.map((action) => {
    const given = project[action] ?? [];
    const chords = own[action] ?? given.filter((chord) => !taken.has(chord));
    return [action, chords.length === 0 && NEVER_EMPTY.includes(action) ? given : chords] as const;
  });
  return Object.fromEntries(merged);
}

function differences(keys: Keys, from: Keys): Keys {
  const differs = (action: Action) => String(keys[action] ?? []) !== String(from[action] ?? []);
  return Object.fromEntries(ACTIONS.filter(differs).map((action) => [action, [...(keys[action] ?? [])]]));
}

function read(text: string | null): Own {
  try {
    const found = JSON.parse(text ?? "null") as Partial<Own> | null;
    const chords = Object.entries(found?.chords ?? {}).filter(
      ([action, list]) =>
        (ACTIONS as readonly string[]).includes(action) &&
        Array.isArray(list) &&
        list.every((chord) => typeof chord === "string"),
    );
    const preset = typeof found?.preset === "string" ? found.preset : null;
    return { preset, chords: Object.fromEntries(chords) };
  } catch {
    // Somebody else's entry, or a broken one: the project's keys hold.
    return NOTHING;
  }
}
