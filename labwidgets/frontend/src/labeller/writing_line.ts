import type { Editor } from "../core/parts";
import type { Scope } from "../core/scope";
import { scriptWords, writingOf } from "../editor/writing";
import { h, setText } from "../ui/dom";
import type { Session } from "./session";
import type { TypingHelp } from "./typing_help";

/** Nobody is told anything in the middle of a word. */
const PATIENCE_MS = 600;

export interface WritingLineParts {
  editor: Editor;
  session: Session;
  /** Further scripts that may stand in a text, ISO 15924. */
  scripts: readonly string[];
  typing: TypingHelp;
}

/** The quiet line under the text: says where its script does not fit the recording's language. */
export function createWritingLine(
  scope: Scope,
  { editor, session, scripts, typing }: WritingLineParts,
): HTMLElement {
  const warning = h("span", { class: "lw-writing-warning", role: "note" });
  const root = h("div", { class: "lw-writing" }, warning, typing.root);
  let cancel = () => {};

  const look = (text: string) => {
    cancel();
    const language = session.current?.loaded.reply.language ?? "und";
    const words = scriptWords(writingOf(text, language, scripts), language);
    setText(warning, words === null ? "" : `⚠ ${words}.`);
    warning.title = words === null ? "" : "Words of other languages go between <lang:…> and </lang>.";
  };
  const lookSoon = () => {
    cancel();
    // Latin letters that are to become a word are none yet.
    cancel = scope.timeout(() => (typing.isOpen ? lookSoon() : look(editor.content.text)), PATIENCE_MS);
  };
  editor.on("change", lookSoon);
  session.on("opened", ({ content }) => look(content.text));
  session.on("draft", ({ content }, isLoaded) => look(isLoaded ? content.text : editor.content.text));
  return root;
}
