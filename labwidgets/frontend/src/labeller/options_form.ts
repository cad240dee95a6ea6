import type { Scope } from "../core/scope";
import { h } from "../ui/dom";
import { NUMBERS, type Options } from "./options";

type NumberName = keyof typeof NUMBERS;

/** What each person may set for themselves, as a form; each change holds at once. */
export function createOptionsForm(scope: Scope, options: Options): HTMLElement {
  const toggle = (name: "autoplay" | "pause_while_typing", text: string) => {
    const box = h("input", { type: "checkbox", checked: options.settings[name] });
    scope.listen(box, "change", () => options.set(name, box.checked));
    return h("label", {}, box, text);
  };
  const number = (name: NumberName, before: string, after: string) => {
    const { min, max, step } = NUMBERS[name];
    const value = options.settings[name];
    const label = `${before} … ${after}`;
    const field = h("input", { type: "number", min, max, step, value, "aria-label": label });
    scope.listen(field, "change", () => {
      options.set(name, field.valueAsNumber);
      field.value = String(options.settings[name]);
    });
    return h("label", {}, before, " ", field, " ", after);
  };
  return h(
    "div",
    { class: "lw-options", role: "group", "aria-label": "Options" },
    toggle("autoplay", "Play each segment when it opens"),
    toggle("pause_while_typing", "Pause the sound while I type"),
    number("resume_after_s", "Go on", "s after the last key"),
    number("jump_back_s", "After a pause go back", "s"),
    number("lead_s", "“A little before” is", "s"),
  );
}
