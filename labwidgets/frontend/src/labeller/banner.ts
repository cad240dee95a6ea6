import type { Scope } from "../core/scope";
import { h } from "../ui/dom";
import type { Refusal } from "./outbox";

export interface Banner {
  readonly root: HTMLElement;
  /** `isHere`: the refused segment is the open one. Null hides it. */
  show(refusal: Refusal | null, isHere: boolean): void;
}

export interface BannerEvents {
  onMine: () => void;
  onStored: () => void;
  onOpen: (segment: string) => void;
}

/** What was not accepted, why, and what can be done about it. */
export function createBanner(scope: Scope, events: BannerEvents): Banner {
  const message = h("p", { role: "alert" });
  const mine = h("div", { class: "lw-version", dir: "auto" });
  const stored = h("div", { class: "lw-version", dir: "auto" });
  const texts = h(
    "div",
    { class: "lw-versions" },
    h("div", { class: "lw-version-name" }, "yours"),
    mine,
    h("div", { class: "lw-version-name" }, "stored"),
    stored,
  );
  const keep = h("button", { type: "button" }, "Submit mine");
  const take = h("button", { type: "button" }, "Take the stored one");
  const open = h("button", { type: "button" }, "Open it");
  const root = h("div", { class: "lw-banner", hidden: true }, message, texts, h("div", {}, keep, take, open));
  let shown: Refusal | null = null;

  scope.listen(keep, "click", events.onMine);
  scope.listen(take, "click", events.onStored);
  scope.listen(open, "click", () => shown && events.onOpen(shown.submission.segment));

  return {
    root,
    show(refusal, isHere) {
      shown = refusal;
      root.hidden = refusal === null;
      if (!refusal) return;
      const storedText = refusal.details.stored_text;
      const hasBoth = isHere && refusal.code === "stale_revision" && typeof storedText === "string";
      const lead = isHere ? "Not accepted: " : "A segment was not accepted and comes next: ";
      message.replaceChildren(lead, refusal.message);
      texts.hidden = !hasBoth;
      keep.hidden = !hasBoth;
      take.hidden = !hasBoth;
      open.hidden = isHere;
      mine.replaceChildren(refusal.submission.text || "(empty)");
      stored.replaceChildren(typeof storedText === "string" && storedText ? storedText : "(empty)");
    },
  };
}
