/** What comes from elsewhere: only its text, and no more than a segment holds. */
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { cleanPaste, textOfHtml } from "./clean";

const NO_FILES = "A file cannot become text here. Add recordings in the notebook, with project.add().";

export function plainPaste(notice: (text: string) => void): Extension {
  const plain = (pasted: string) => {
    const cleaned = cleanPaste(pasted);
    if (cleaned.notice) notice(cleaned.notice);
    return cleaned.text;
  };
  return [
    EditorView.clipboardInputFilter.of(plain),
    EditorView.domEventHandlers({
      paste(event, view) {
        const html = event.clipboardData?.getData("text/html");
        if (!html || event.clipboardData?.getData("text/plain")) return false;
        event.preventDefault();
        const insert = plain(textOfHtml(html));
        view.dispatch(view.state.replaceSelection(insert), {
          userEvent: "input.paste",
          scrollIntoView: true,
        });
        return true;
      },
      drop(event) {
        if (!event.dataTransfer?.files.length) return false;
        event.preventDefault();
        notice(NO_FILES);
        return true;
      },
    }),
  ];
}
