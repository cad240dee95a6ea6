import type { Preferences } from "../core/memory";
import type { FindPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import { h } from "../ui/dom";

export interface Fields {
  readonly root: HTMLElement;
  readonly find: FindPayload;
  readonly replacement: string;
  readonly playsOnMove: boolean;
  fill(text: string, replacement?: string): void;
  focus(): void;
  setBusy(isBusy: boolean): void;
}

export interface FieldEvents {
  /** `isAgain`: also where the same was looked for already. */
  onSearch: (isAgain: boolean) => void;
  onReplacement: () => void;
  /** Down from the fields to the list. */
  onDown: () => void;
}

type Option = Exclude<keyof FindPayload, "text"> | "play";

const OPTIONS: [Option, string, string][] = [
  ["whole_word", "whole words", "In scripts without spaces every place counts"],
  ["match_case", "case", "a is not A"],
  ["match_accents", "accents", "e is not é. Indic signs always count"],
  ["own", "my submitted texts too", "Where yours is the text that counts; each place must be played first"],
  ["play", "play as I move", "Each place sounds when you come to it"],
];
const AT_FIRST: ReadonlySet<Option> = new Set(["whole_word", "play"]);
const NAME = "find";

/** What to look for, what to put there, and how; the options are remembered for one person. */
export function createFields(scope: Scope, preferences: Preferences, events: FieldEvents): Fields {
  const attributes = { type: "text", spellcheck: "false", autocomplete: "off", dir: "auto" };
  const text = h("input", { ...attributes, "aria-label": "Find", placeholder: "find", maxlength: 200 });
  const replacement = h("input", {
    ...attributes,
    "aria-label": "Replace with",
    placeholder: "replace with",
  });
  const find = h("button", { type: "button" }, "Find");
  const boxes = new Map<Option, HTMLInputElement>();
  const remembered = read(preferences.recall(NAME));
  const labels = OPTIONS.map(([option, label, title]) => {
    const box = h("input", { type: "checkbox", checked: remembered[option] ?? AT_FIRST.has(option) });
    boxes.set(option, box);
    scope.listen(box, "change", () => {
      const chosen = Object.fromEntries([...boxes].map(([name, { checked }]) => [name, checked]));
      preferences.remember(NAME, JSON.stringify(chosen));
    });
    return h("label", { title }, box, ` ${label}`);
  });
  const root = h(
    "div",
    { class: "lw-find-fields", role: "search" },
    h("div", { class: "lw-find-line" }, text, replacement, find),
    h("div", { class: "lw-find-options", role: "group", "aria-label": "How to find" }, ...labels),
  );
  const isOn = (option: Option) => boxes.get(option)?.checked ?? false;

  scope.listen(find, "click", () => events.onSearch(true));
  scope.listen(replacement, "input", events.onReplacement);
  for (const field of [text, replacement]) {
    scope.listen(field, "keydown", (event) => {
      // Enter that ends a composition belongs to the input method.
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter") events.onSearch(field === text);
      else if (event.key === "ArrowDown") events.onDown();
      else return;
      event.preventDefault();
    });
  }

  return {
    root,
    get find() {
      const [whole_word, match_case, match_accents, own] = OPTIONS.map(([option]) => isOn(option)) as [
        boolean,
        boolean,
        boolean,
        boolean,
      ];
      return { text: text.value, whole_word, match_case, match_accents, own };
    },
    get replacement() {
      return replacement.value;
    },
    get playsOnMove() {
      return isOn("play");
    },
    fill(wanted, instead) {
      text.value = wanted;
      if (instead !== undefined) replacement.value = instead;
    },
    focus() {
      text.focus({ preventScroll: true });
      text.select();
    },
    setBusy(isBusy) {
      for (const field of [text, replacement, find, ...boxes.values()]) field.disabled = isBusy;
    },
  };
}

function read(stored: string | null): Partial<Record<Option, boolean>> {
  try {
    const found: unknown = JSON.parse(stored ?? "{}");
    return typeof found === "object" && found !== null ? (found as Partial<Record<Option, boolean>>) : {};
  } catch {
    return {};
  }
}
