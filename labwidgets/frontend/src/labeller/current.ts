import type { EditorContent } from "../core/parts";
import type { SubmitRequest } from "../core/protocol";
import type { Loaded } from "./segments";

/** The open segment: what came for it, what the box starts with, and what was done to it since. */
export interface Current {
  readonly segment: string;
  loaded: Loaded;
  readonly content: EditorContent;
  flags: string[];
  base_revision: number;
  /** Typed or flagged since the last submit. */
  isDirty: boolean;
}

/** What the page knows of a segment beside the kernel's answer. */
export interface Memory {
  kept: { content: EditorContent; flags: string[] } | null;
  pending: SubmitRequest | null;
  revision: number;
}

/** Text typed here wins over text on its way, and that over what the kernel knew. */
export function assemble(loaded: Loaded, { kept, pending, revision }: Memory): Current {
  const { reply } = loaded;
  const { text, words } = kept?.content ?? pending ?? reply;
  return {
    segment: reply.segment,
    loaded,
    content: { text, words },
    flags: kept?.flags ?? pending?.flags ?? reply.opinion?.flags ?? [],
    base_revision: Math.max(reply.opinion?.revision ?? 0, revision),
    isDirty: kept !== null,
  };
}

/** The kernel's answer as it will be once it has the submit. */
export function overlay(loaded: Loaded, submission: SubmitRequest): Loaded {
  const { text, words, flags, skip_reason, base_revision, client_at_ms } = submission;
  const opinion = { revision: base_revision, text, words, flags, skip_reason, at_ms: client_at_ms };
  const state = skip_reason === null ? ("done" as const) : ("skipped" as const);
  return { ...loaded, reply: { ...loaded.reply, text, words, opinion, state } };
}
