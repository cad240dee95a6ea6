import type { EditorContent } from "../core/parts";
import type { SubmitRequest } from "../core/protocol";
import { draftContent } from "./held_back";
import type { Edit } from "./keeper";
import type { Loaded } from "./segments";
import type { Visit } from "./visits";

/** The open segment: what came for it, what the box starts with, and what was done to it since. */
export interface Current {
  readonly segment: string;
  loaded: Loaded;
  content: EditorContent;
  flags: string[];
  base_revision: number;
  /** Typed or flagged since the last submit. */
  isDirty: boolean;
  /** The id under which what was typed is kept; null while nothing is. */
  edit: string | null;
  /** There is a draft, and it is not on the screen until somebody asks for it. */
  isHeldBack: boolean;
  /** The draft that what was typed before began with: by now the segment may be an audit and have none. */
  seen: string | null;
}

/** What the page knows of a segment beside the kernel's answer. */
export interface Memory {
  kept: Edit | null;
  pending: SubmitRequest | null;
  revision: number;
  /** The draft was held back and came onto the screen all the same. */
  isRevealed: boolean;
}

/** Text typed here wins over text on its way, and that over what the kernel knew. */
export function assemble(loaded: Loaded, { kept, pending, revision, isRevealed }: Memory): Current {
  const { reply } = loaded;
  const isBack = reply.held_back !== null && isRevealed;
  const start = isBack && reply.opinion === null ? draftContent(reply) : reply;
  const { text, words, layers = {} } = kept?.content ?? pending ?? start;
  return {
    segment: reply.segment,
    loaded,
    content: { text, words, layers },
    flags: kept?.flags ?? pending?.flags ?? reply.opinion?.flags ?? [],
    base_revision: kept?.base_revision ?? Math.max(reply.opinion?.revision ?? 0, revision),
    isDirty: kept !== null,
    edit: kept?.id ?? null,
    isHeldBack: reply.held_back !== null && !isRevealed,
    seen: kept?.draft ?? pending?.draft ?? null,
  };
}

/** The draft that is or was on the screen while this was typed; null where none was. */
export function draftOf({ isHeldBack, loaded, seen }: Current): string | null {
  return (isHeldBack ? null : loaded.reply.draft?.id) ?? seen;
}

interface Submitting {
  event_id: string;
  content: EditorContent;
  visit: Visit;
  now_ms: number;
  skip_reason: string | null;
}

/** What goes to the kernel when the submit or the skip key is pressed. */
export function compose(current: Current, submitting: Submitting): SubmitRequest {
  const { event_id, content, visit, now_ms, skip_reason } = submitting;
  const { held_back, text } = current.loaded.reply;
  const draft = draftOf(current);
  return {
    event_id,
    segment: current.segment,
    base_revision: current.base_revision,
    text: content.text,
    words: content.words,
    layers: content.layers ?? {},
    flags: current.flags,
    draft,
    listened: visit.heard,
    active_ms: visit.active_ms,
    client_at_ms: now_ms,
    skip_reason,
    blank: held_back !== null || (draft === null && text === ""),
  };
}

/** The kernel's answer as it will be once it has the submit. */
export function overlay(loaded: Loaded, submission: SubmitRequest): Loaded {
  const { text, words, layers, flags, skip_reason, base_revision, client_at_ms } = submission;
  const opinion = { revision: base_revision, text, words, layers, flags, skip_reason, at_ms: client_at_ms };
  const state = skip_reason === null ? ("done" as const) : ("skipped" as const);
  return { ...loaded, reply: { ...loaded.reply, text, words, layers, opinion, state } };
}
