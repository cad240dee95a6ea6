/** Tags in plain text: the mirror of `labwidgets/text/tags.py`, where their forms are explained. */
import { UNSPACED } from "./scripts";

export interface Tag {
  from: number;
  to: number;
  kind: "event" | "open" | "close";
  /** What stands in the brackets: "noise", "lang:en", "lang". */
  name: string;
}

/** No tag is longer, in code units. */
export const MAX_TAG = 86;

const TAG =
  /\[([\p{L}\p{N}\p{So}?](?:[^[\]<>\p{Cc}\p{Zl}\p{Zp}]{0,38}[^\s[\]<>\p{Cc}])?)\]|<(\/?)(\p{L}[\p{L}\p{M}\p{N}:._-]{0,39})>/gu;
const WORD = /[\p{L}\p{M}\p{N}]/u;
export const STICKS = /^[.,;:!?…%)\]}»”’\p{Pf}\p{Pe}،؛؟۔।॥。、！？]/u;
const SPACE_BEFORE = /^\s/;
const SPACE_BEHIND = /\s$/;

/** In order; none overlaps another. */
export function findTags(text: string): Tag[] {
  if (!/[[<]/.test(text)) return [];
  return Array.from(text.matchAll(TAG), (match) => {
    const [whole, event, slash, name] = match;
    const kind = event !== undefined ? "event" : slash ? "close" : "open";
    return { from: match.index, to: match.index + whole.length, kind, name: event ?? name ?? "" };
  });
}

/** True for a text that is one tag and nothing else. */
export function isTag(text: string): boolean {
  const [tag] = findTags(text);
  return tag?.from === 0 && tag.to === text.length;
}

/** The language that words between two tags are in; empty for marks of another kind. */
export function languageOf({ name }: Pick<Tag, "name">): string {
  return /^lang:(.+)$/.exec(name)?.[1] ?? "";
}

/** The text without its tags; what stands between an opening and a closing one stays. */
export function withoutTags(text: string): string {
  let bare = text;
  // What is left can make a tag in its turn, as in "[[a]b]".
  for (let tags = findTags(bare); tags.length; tags = findTags(bare)) bare = cut(bare, tags);
  return bare;
}

function cut(text: string, tags: Tag[]): string {
  let kept = "";
  let at = 0;
  let [isEvent, isSpaced] = [false, false];
  for (const tag of [...tags, null]) {
    const piece = text.slice(at, tag?.from);
    const bare = piece.trim();
    isSpaced ||= SPACE_BEFORE.test(piece);
    if (bare) {
      kept += (kept && glue(kept, bare, isEvent, isSpaced)) + bare;
      [isEvent, isSpaced] = [false, false];
    }
    isSpaced ||= SPACE_BEHIND.test(piece);
    isEvent ||= tag?.kind === "event";
    at = tag?.to ?? text.length;
  }
  return kept;
}

function glue(before: string, after: string, isEvent: boolean, isSpaced: boolean): string {
  if (isSpaced) return STICKS.test(after) ? "" : " ";
  const [left, right] = [[...before.slice(-2)].at(-1) ?? "", String.fromCodePoint(after.codePointAt(0) ?? 0)];
  return isEvent && isSpacedWord(left) && isSpacedWord(right) ? " " : "";
}

function isSpacedWord(character: string): boolean {
  return WORD.test(character) && !UNSPACED.test(character);
}
