import type { Editor } from "../core/parts";
import type { LabelSettings } from "../core/protocol";
import type { UtteranceReply } from "../core/protocol_errors";
import type { Scope } from "../core/scope";
import { createEditor } from "../editor";
import { h } from "../ui/dom";

export interface Mend {
  readonly root: HTMLElement;
  readonly isOpen: boolean;
  readonly content: Editor["content"];
  /** While an input method composes, nothing is saved. */
  readonly composing: boolean;
  open(reply: UtteranceReply): void;
  close(): void;
  setBusy(isBusy: boolean): void;
}

/** The reference in an editor, in the place where it stands. */
export function createMend(
  scope: Scope,
  settings: LabelSettings,
  parts: { onSave: () => void; onClose: () => void; onNotice: (text: string) => void },
): Mend {
  const editor = createEditor(scope, settings);
  const save = h(
    "button",
    { type: "button", class: "lw-x-save" },
    h("span", { class: "lw-key" }, "Ctrl+Enter"),
    "Save",
  );
  const leave = h("button", { type: "button" }, h("span", { class: "lw-key" }, "Esc"), "Leave as it was");
  const root = h(
    "div",
    { class: "lw-x-mend", role: "group", "aria-label": "Mend the reference", hidden: true },
    editor.root,
    h("div", { class: "lw-x-mend-row" }, save, leave),
  );
  const close = () => {
    if (root.hidden) return;
    root.hidden = true;
    parts.onClose();
  };
  scope.listen(save, "click", parts.onSave);
  scope.listen(leave, "click", close);
  editor.on("notice", parts.onNotice);
  return {
    root,
    get isOpen() {
      return !root.hidden;
    },
    get content() {
      return editor.content;
    },
    get composing() {
      return editor.composing;
    },
    open({ reference, words, clip, language }) {
      root.hidden = false;
      editor.load({ text: reference, words }, { duration_s: clip?.duration_s ?? 0, language });
      editor.focus();
    },
    close,
    setBusy(isBusy) {
      save.disabled = isBusy;
    },
  };
}
