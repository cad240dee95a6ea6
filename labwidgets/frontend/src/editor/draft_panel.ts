/** The quiet panel under the text: the draft, and how the text differs from it. */
import type { DraftPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import { compareTexts, type Piece, shortened } from "./comparison";
import { type Labels, withPills } from "./pill";

const PATIENCE_MS = 150;
const NO_DRAFT = "There is no draft for this clip.";
const TAGS = { same: "span", deleted: "del", inserted: "ins" } as const;
const SPOKEN = { same: "", deleted: "removed: ", inserted: "added: " } as const;

export interface DraftPanel {
  readonly root: HTMLElement;
  readonly shown: boolean;
  show(show: boolean): void;
  setDraft(draft: DraftPayload | null, why?: string): void;
  setLanguage(language: string): void;
  /** The text changed; the comparison follows a little later. */
  touch(): void;
  /** As `touch`, at once. */
  refresh(): void;
}

export function createDraftPanel(scope: Scope, labels: Labels, currentText: () => string): DraftPanel {
  const root = document.createElement("section");
  root.className = "lw-draft";
  root.setAttribute("aria-label", "Draft and difference");
  root.hidden = true;
  const title = line("lw-draft-title");
  const text = line("lw-draft-text");
  const difference = line("lw-draft-diff");
  root.append(title, text, difference);
  for (const part of [text, difference]) part.dir = "auto";

  let draft: DraftPayload | null = null;
  let none = NO_DRAFT;
  let language = "";
  let cancel = () => {};

  const refresh = () => {
    cancel();
    if (root.hidden) return;
    title.textContent = draft ? titleOf(draft) : none;
    text.replaceChildren(...withPills(draft?.text ?? "", labels));
    difference.replaceChildren(...(draft ? compare(draft.text, currentText()) : []));
  };
  const compare = (before: string, after: string): (Node | string)[] => {
    const pieces = compareTexts(before, after, language);
    if (pieces.every(({ kind }) => kind === "same")) return ["No difference."];
    return shortened(pieces, language).flatMap((piece, at) =>
      at && piece.isSpaced ? [" ", drawPiece(piece, labels)] : [drawPiece(piece, labels)],
    );
  };
  return {
    root,
    get shown() {
      return !root.hidden;
    },
    show(show) {
      root.hidden = !show;
      refresh();
    },
    setDraft(next, why = NO_DRAFT) {
      draft = next;
      none = why;
      refresh();
    },
    setLanguage(next) {
      language = next;
      for (const part of [text, difference]) part.lang = next;
    },
    touch() {
      cancel();
      if (!root.hidden) cancel = scope.timeout(refresh, PATIENCE_MS);
    },
    refresh,
  };
}

function line(className: string): HTMLElement {
  const element = document.createElement("div");
  element.className = className;
  return element;
}

function titleOf({ model, confidence }: DraftPayload): string {
  const by = model ? `Draft by ${model}` : "Draft";
  return confidence === null ? by : `${by}, confidence ${confidence.toFixed(2)}`;
}

function drawPiece({ kind, text }: Piece, labels: Labels): HTMLElement {
  const element = document.createElement(TAGS[kind]);
  if (SPOKEN[kind]) {
    const spoken = document.createElement("span");
    spoken.className = "lw-hidden";
    spoken.textContent = SPOKEN[kind];
    element.append(spoken);
  }
  element.append(...withPills(text, labels));
  return element;
}
