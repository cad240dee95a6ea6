import { loadPart } from "../core/loader";
import type { Preferences } from "../core/memory";
import type { Suggester, SuggesterBox } from "../core/parts";
import type { Transport } from "../core/transport";
import { nameOf, scriptsOf } from "../editor/writing";
import type { Engine } from "../typing";
import { h, setText } from "../ui/dom";
import type { Options } from "./options";

declare const TYPING_HASH: string;

/** What `typing.js` exports. */
export interface TypingPart {
  createEngine(language: string, script: string, words: readonly string[]): Engine | null;
}

export interface TypingHelpParts {
  transport: Transport;
  options: Options;
  preferences: Preferences;
  load?: (transport: Transport) => Promise<TypingPart>;
}

const N_SUGGESTED = 5;
/** Own choices that are remembered for each language; the oldest go first. */
const MAX_CHOICES = 500;

/** Words from Latin letters, for one person: on or off, by language, with what was chosen before. */
export class TypingHelp implements Suggester {
  readonly root = h("span", { class: "lw-typing" });
  private readonly boxes = new Set<SuggesterBox>();
  private readonly engines = new Map<string, Engine | null | "loading">();
  private readonly choices = new Map<string, Map<string, string>>();
  private language = "und";
  private trouble: string | null = null;

  constructor(private readonly parts: TypingHelpParts) {}

  get isOn(): boolean {
    return this.parts.options.settings.typing_help;
  }

  setLanguage(language: string): void {
    this.language = language;
    this.prepare();
  }

  /** Says how it stands then. */
  toggle(): string {
    this.parts.options.set("typing_help", !this.isOn);
    if (!this.isOn) this.close();
    this.prepare();
    if (!this.isOn) return "Typing help is off.";
    if (this.engines.get(this.language) === null) return this.unknown();
    return `Typing help is on: Latin letters become ${this.scriptName()}.`;
  }

  suggest(latin: string): readonly string[] | null {
    const engine = this.engines.get(this.language);
    if (!this.isOn || !engine || engine === "loading") return null;
    const own = this.choicesHere().get(latin);
    const found = engine.suggest(latin, N_SUGGESTED);
    return own ? [own, ...found.filter((word) => word !== own)].slice(0, N_SUGGESTED) : found;
  }

  chosen(latin: string, word: string): void {
    const choices = this.choicesHere();
    choices.delete(latin);
    choices.set(latin, word);
    for (const oldest of choices.keys()) {
      if (choices.size <= MAX_CHOICES) break;
      choices.delete(oldest);
    }
    this.parts.preferences.remember(this.key(), JSON.stringify([...choices]));
  }

  get isOpen(): boolean {
    return [...this.boxes].some((box) => box.isOpen);
  }

  register(box: SuggesterBox): () => void {
    this.boxes.add(box);
    return () => this.boxes.delete(box);
  }

  /** Takes the word under way, in whichever box it is. */
  settle(): boolean {
    return [...this.boxes].map((box) => box.settle()).some(Boolean);
  }

  close(): boolean {
    return [...this.boxes].map((box) => box.close()).some(Boolean);
  }

  private prepare(): void {
    const { language } = this;
    if (this.isOn && !this.engines.has(language)) void this.load(language);
    this.show();
  }

  private async load(language: string): Promise<void> {
    const { transport, load = loadTyping } = this.parts;
    this.engines.set(language, "loading");
    this.trouble = null;
    try {
      const [part, { payload }] = await Promise.all([
        load(transport),
        transport.request("words", { language }),
      ]);
      this.engines.set(language, part.createEngine(language, this.script(language), payload.words));
    } catch (error) {
      // The next segment, or the key, tries anew.
      this.engines.delete(language);
      this.trouble = error instanceof Error ? error.message : String(error);
    }
    this.show();
  }

  private show(): void {
    setText(this.root, this.isOn ? this.state() : "");
  }

  private state(): string {
    if (this.trouble) return `typing help could not be loaded: ${this.trouble}`;
    const engine = this.engines.get(this.language);
    if (engine === null) return this.unknown();
    return engine === "loading" ? "typing help is loading …" : `typing help: Latin → ${this.scriptName()}`;
  }

  private unknown(): string {
    return `no typing help for ${nameOf(this.language, "language")}`;
  }

  private script(language: string): string {
    return scriptsOf(language)[0] ?? "";
  }

  private scriptName(): string {
    return nameOf(this.script(this.language), "script");
  }

  private key(): string {
    return `typed.${this.script(this.language)}.${this.language.split("-", 1)[0]}`;
  }

  private choicesHere(): Map<string, string> {
    const key = this.key();
    let known = this.choices.get(key);
    if (!known) {
      known = readChoices(this.parts.preferences.recall(key));
      this.choices.set(key, known);
    }
    return known;
  }
}

function loadTyping(transport: Transport): Promise<TypingPart> {
  return loadPart<TypingPart>(transport, "typing", TYPING_HASH);
}

function readChoices(text: string | null): Map<string, string> {
  try {
    const found: unknown = JSON.parse(text ?? "[]");
    const isPair = (item: unknown): item is [string, string] =>
      Array.isArray(item) && item.length === 2 && item.every((part) => typeof part === "string");
    return new Map(Array.isArray(found) ? found.filter(isPair) : []);
  } catch {
    // Somebody else's entry, or a broken one: it begins again.
    return new Map();
  }
}
