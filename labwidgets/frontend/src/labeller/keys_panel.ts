import type { KeyPresets } from "../core/protocol";
import type { Scope } from "../core/scope";
import { freshId, h, setText } from "../ui/dom";
import type { Shown } from "./help";
import { createKeysGrid } from "./keys_grid";
import type { Rebinding } from "./rebinding";

export interface KeysPanel {
  /** What stands in the panel, from the top. */
  readonly content: Node[];
  /** Fetches the presets, the first time. */
  open(): void;
}

export interface KeysPanelParts {
  rebinding: Rebinding;
  settings: Shown;
  fetchPresets: () => Promise<KeyPresets>;
}

/** Which keys do what: to look up, to change for oneself, and to write down for everybody. */
export function createKeysPanel(scope: Scope, parts: KeysPanelParts): KeysPanel {
  const { rebinding } = parts;
  const { bindings } = rebinding;
  let presets: KeyPresets = {};
  let isAsked = false;

  const picker = h("select", { "aria-label": "Preset of keys" });
  const undo = h("button", { type: "button" }, "Undo");
  const reset = h("button", { type: "button" }, "As in the project");
  const say = h("p", { class: "lw-keys-say", role: "status", "aria-live": "polite" });
  const tip = "On a key: Enter, then press the new ones; Delete takes it away; + adds one.";
  const linesId = freshId("yaml");
  const lines = h("textarea", {
    id: linesId,
    class: "lw-yaml",
    readonly: true,
    spellcheck: "false",
    rows: 3,
  });
  const copy = h("button", { type: "button" }, "Copy");

  const show = () => {
    const names = Object.keys(presets);
    const shown = names.includes(bindings.preset) ? names : [bindings.preset, ...names];
    picker.replaceChildren(
      ...shown.map((name) =>
        h("option", { value: name }, name === bindings.projectPreset ? `${name} (the project's)` : name),
      ),
    );
    picker.value = bindings.preset;
    const held = document.activeElement;
    undo.disabled = !bindings.canUndo;
    reset.disabled = !bindings.isOwn;
    // A button that can do no more gives the keyboard up, and the next keys would go to the page.
    if ((held === undo && undo.disabled) || (held === reset && reset.disabled)) picker.focus();
    lines.value = bindings.yaml(presets[bindings.preset] ?? {});
    lines.rows = Math.min(12, lines.value.split("\n").length);
  };
  const choose = () => {
    const keys = presets[picker.value];
    if (!keys) return;
    bindings.choose(picker.value, keys);
    setText(say, `The keys are those of ${picker.value} now. Undo brings back what was before.`);
  };
  const copyLines = async () => {
    lines.focus();
    lines.select();
    try {
      await navigator.clipboard.writeText(lines.value);
      setText(say, "Copied.");
    } catch {
      // A page that is not served by https may not write to the clipboard itself.
      setText(say, "Selected: copy it with Ctrl+C.");
    }
  };

  rebinding.on("news", (text) => setText(say, text));
  bindings.onChange(show);
  scope.listen(picker, "change", choose);
  scope.listen(undo, "click", () => {
    bindings.undo();
    setText(say, "Undone.");
  });
  scope.listen(reset, "click", () => {
    bindings.reset();
    setText(say, "The keys are those of the project again.");
  });
  scope.listen(copy, "click", () => void copyLines());
  show();

  return {
    content: [
      h("div", { class: "lw-keys-head" }, h("label", {}, "Preset ", picker), undo, reset),
      h("p", { class: "lw-keys-tip" }, tip),
      say,
      createKeysGrid(scope, rebinding, parts.settings),
      h("h3", {}, h("label", { for: linesId }, "For everybody: these lines in project.yaml")),
      h("div", { class: "lw-yaml-row" }, lines, copy),
    ],
    open() {
      if (isAsked) return;
      isAsked = true;
      parts.fetchPresets().then(
        (found) => {
          presets = found;
          show();
        },
        () => {
          // The keys can be changed one by one without them; the next opening asks again.
          isAsked = false;
        },
      );
    },
  };
}
