import type { Scope } from "../core/scope";
import { h } from "../ui/dom";
import type { Refusal } from "./outbox";
import { isGone } from "./retry";

export interface Banner {
  readonly root: HTMLElement;
  /** `isHere`: the refused segment is the open one. Null hides it. */
  show(refusal: Refusal | null, isHere: boolean): void;
}

export interface BannerEvents {
  onMine: () => void;
  onStored: () => void;
  onOpen: (segment: string) => void;
  /** The text of a segment that is gone is not needed any more. */
  onDiscard: (segment: string) => void;
}

/** What was not accepted, why, and what can be done about it. */
export function createBanner(scope: Scope, events: BannerEvents): Banner {
  const message = h("p", { role: "alert" });
  const mine = h("div", { class: "lw-version", dir: "auto" });
  const stored = h("div", { class: "lw-version", dir: "auto" });
  const storedName = h("div", { class: "lw-version-name" }, "stored");
  const texts = h(
    "div",
    { class: "lw-versions" },
    h("div", { class: "lw-version-name" }, "yours"),
    mine,
    storedName,
    stored,
  );
  const keep = h("button", { type: "button" }, "Submit mine");
  const take = h("button", { type: "button" }, "Take the stored one");
  const open = h("button", { type: "button" }, "Open it");
  const copy = h("button", { type: "button" }, "Copy the text");
  const discard = h("button", { type: "button" }, "Discard it");
  const buttons = h("div", {}, keep, take, open, copy, discard);
  const root = h("div", { class: "lw-banner", hidden: true }, message, texts, buttons);
  let shown: Refusal | null = null;
  let wasHere = false;

  scope.listen(keep, "click", events.onMine);
  scope.listen(take, "click", events.onStored);
  scope.listen(open, "click", () => shown && events.onOpen(shown.submission.segment));
  scope.listen(discard, "click", () => shown && events.onDiscard(shown.submission.segment));
  scope.listen(copy, "click", () => {
    if (shown) void copyText(shown.submission.text, mine).then((said) => copy.replaceChildren(said));
  });

  return {
    root,
    show(refusal, isHere) {
      // Said once, not at each stroke.
      if (shown === refusal && wasHere === isHere) return;
      shown = refusal;
      wasHere = isHere;
      root.hidden = refusal === null;
      if (!refusal) return;
      const storedText = refusal.details.stored_text;
      const hasBoth = isHere && refusal.code === "stale_revision" && typeof storedText === "string";
      const isLost = isGone(refusal.code);
      const next = isHere ? "Not accepted: " : "A segment was not accepted and comes next: ";
      message.replaceChildren(
        isLost ? "Not accepted, and kept here until you discard it: " : next,
        refusal.message,
      );
      texts.hidden = !hasBoth && !isLost;
      for (const element of [storedName, stored, keep, take]) element.hidden = !hasBoth;
      open.hidden = isHere || isLost;
      copy.hidden = !isLost;
      discard.hidden = !isLost;
      copy.replaceChildren("Copy the text");
      mine.replaceChildren(refusal.submission.text || "(empty)");
      stored.replaceChildren(typeof storedText === "string" && storedText ? storedText : "(empty)");
    },
  };
}

/** Where the page may not write to the clipboard, the text is selected for the hand to do it. */
async function copyText(text: string, place: HTMLElement): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied";
  } catch {
    getSelection()?.selectAllChildren(place);
    return "Selected: copy it by Ctrl+C";
  }
}
