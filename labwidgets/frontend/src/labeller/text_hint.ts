import type { Action } from "../core/parts";
import { freshId, h, setText } from "../ui/dom";
import type { Bindings } from "./bindings";
import { chordText } from "./help";

/** What a screen reader says of the text when it comes there: above all that Tab does something else. */
export function createTextHint(editor: HTMLElement, bindings: Bindings): HTMLElement {
  const id = freshId("text-hint");
  const root = h("div", { class: "lw-hidden", id });
  const chord = (action: Action) => chordText(action, bindings.keys, bindings.mac) || "no key";
  const show = () => {
    const leave = chord("leave");
    setText(
      root,
      `${chord("play_pause")} plays and pauses, ${chord("submit_next")} submits and opens the next. ` +
        `After ${leave} Tab moves through the page. ${chord("help")} shows all keys.`,
    );
  };
  for (const text of editor.querySelectorAll("[role=textbox]")) text.setAttribute("aria-describedby", id);
  bindings.onChange(show);
  show();
  return root;
}
