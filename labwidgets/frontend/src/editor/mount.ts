/** The editor as a widget of its own: text and words are traits, the last value wins. */
import type { WidgetModel } from "../core/comm";
import type { MountKind } from "../core/mount";
import type { Editor } from "../core/parts";
import type { WordPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import { addStyles } from "../core/styles";
import { keepKeysFromHost } from "../ui/host_keys";
import { isMac, KeyMap } from "../ui/keys";
import themeCss from "../ui/theme.css";
import { createEditor } from "./editor";
import editorCss from "./editor.css";

const SAVE_AFTER_MS = 300;
const STORED = ["text", "words", "language", "duration_s"] as const;

/** What a model with traits of its own can do on top. */
interface TraitModel extends WidgetModel {
  set(name: string, value: unknown): void;
  save_changes(): void;
}

export const mountEditor: MountKind = (scope, { el, model, ready }) => {
  addStyles(el.ownerDocument, "theme", themeCss);
  addStyles(el.ownerDocument, "editor", editorCss);
  el.classList.add("lw");
  const editor = createEditor(scope, ready.settings);
  const notice = document.createElement("div");
  notice.className = "lw-editor-notice";
  notice.setAttribute("role", "status");
  editor.root.append(notice);
  el.replaceChildren(editor.root);
  editor.on("notice", (text) => {
    notice.textContent = text;
  });
  keepKeysFromHost(scope, editor.root);
  const keys = new KeyMap(ready.settings.keys, isMac(navigator.platform));
  scope.listen(editor.root, "keydown", (event) => {
    const action = keys.match(event);
    if (action !== "toggle_draft" && action !== "insert_tag") return;
    event.preventDefault();
    if (action === "insert_tag") editor.openTags();
    else editor.showDraft(!editor.draftShown);
  });
  syncTraits(scope, editor, model as TraitModel);
};

function syncTraits(scope: Scope, editor: Editor, model: TraitModel): void {
  let known = "";
  let cancel: (() => void) | null = null;
  const save = () => {
    if (!cancel) return;
    cancel();
    cancel = null;
    const { text, words } = editor.content;
    model.set("text", text);
    model.set("words", words);
    known = seen(model);
    model.save_changes();
  };
  const load = () => {
    // What comes back from the kernel is mostly what went there: the caret and the history then stay.
    if (seen(model) === known) return;
    known = seen(model);
    cancel?.();
    cancel = null;
    editor.load(
      { text: String(model.get("text") ?? ""), words: (model.get("words") ?? []) as WordPayload[] },
      { duration_s: Number(model.get("duration_s") ?? 0), language: String(model.get("language") ?? "") },
    );
  };
  // Traits set together arrive one by one; the text must not meet the words of the one before.
  const loadSoon = () => void scope.timeout(load, 0);
  const loadDraft = () => {
    const text = String(model.get("draft_text") ?? "");
    const draft = { id: "", model: "", text, words: [], confidence: null, alarms: [] };
    editor.setDraft(text ? draft : null);
  };
  editor.on("change", () => {
    cancel?.();
    cancel = scope.timeout(save, SAVE_AFTER_MS);
  });
  scope.listen(editor.root, "focusout", save);
  for (const name of STORED) listen(scope, model, `change:${name}`, loadSoon);
  listen(scope, model, "change:draft_text", loadDraft);
  load();
  loadDraft();
  scope.add(save);
}

function seen(model: TraitModel): string {
  return JSON.stringify(STORED.map((name) => model.get(name)));
}

function listen(scope: Scope, model: WidgetModel, name: string, listener: () => void): void {
  model.on(name, listener);
  scope.add(() => model.off(name, listener));
}
