/** How a tag looks, in the text and where texts are only shown. */
import type { TagPayload } from "../core/protocol";
import { findTags, languageOf, type Tag } from "./tags";

/** What tags are called, by their text. */
export type Labels = ReadonlyMap<string, string>;

export function labelsOf(tags: readonly TagPayload[]): Labels {
  return new Map(tags.map(({ text, label }) => [text, label]));
}

export function labelOf(tag: Pick<Tag, "name">, text: string, labels: Labels): string {
  return labels.get(text) ?? (languageOf(tag) || tag.name);
}

export function drawPill(kind: Tag["kind"], label: string, text: string): HTMLElement {
  const pill = document.createElement("span");
  const name = { event: `tag: ${label}`, open: `from here: ${label}`, close: "until here" }[kind];
  pill.className = `lw-tag lw-tag-${kind}`;
  pill.title = text;
  pill.setAttribute("role", "img");
  pill.setAttribute("aria-label", name);
  pill.textContent = kind === "close" ? "\u2022" : label;
  return pill;
}

/** A text with its tags as pills. */
export function withPills(text: string, labels: Labels): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let at = 0;
  for (const tag of findTags(text)) {
    const whole = text.slice(tag.from, tag.to);
    parts.push(text.slice(at, tag.from), drawPill(tag.kind, labelOf(tag, whole, labels), whole));
    at = tag.to;
  }
  return [...parts, text.slice(at)];
}
