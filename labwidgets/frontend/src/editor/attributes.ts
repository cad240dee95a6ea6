import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

/** How the page and its helpers meet a box of text: by its name, in its language, without their corrections. */
export function textAttributes(label: string, language: string): Extension {
  return EditorView.contentAttributes.of({
    "aria-label": label,
    role: "textbox",
    "aria-multiline": "true",
    spellcheck: "false",
    autocorrect: "off",
    autocapitalize: "off",
    translate: "no",
    dir: "auto",
    lang: language,
  });
}
