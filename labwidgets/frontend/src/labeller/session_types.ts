import type { EditorContent, Span } from "../core/parts";
import type { CountsPayload } from "../core/protocol";
import type { Turns } from "./ahead";
import type { Current } from "./current";
import type { Keeper } from "./keeper";
import type { Outbox, Refusal } from "./outbox";
import type { Failure } from "./retry";
import type { SegmentCache } from "./segments";

export type Phase =
  | { kind: "opening"; segment: string | null }
  | { kind: "open" }
  | { kind: "finished" }
  /** Another view has taken over what was not saved. */
  | { kind: "moved" }
  | { kind: "failed"; segment: string | null; failure: Failure };

export type SessionEvents = {
  phase: [phase: Phase];
  opened: [current: Current, play: boolean];
  /** A draft came in for the open segment; `isLoaded` when it went into the box. */
  draft: [current: Current, isLoaded: boolean];
  /** Something that is shown of segments changed: pending, kept, refused, flags. */
  marks: [];
  counts: [counts: CountsPayload];
  saved: [segment: string];
  refused: [refusal: Refusal];
};

/** What the session reads from the screen. */
export interface Desk {
  content(): EditorContent;
  heard(): Span[];
  now(): number;
  newId(): string;
  /** The draft of a segment was held back and came onto the screen all the same. */
  isRevealed?(segment: string): boolean;
}

export interface SessionParts {
  outbox: Outbox;
  keeper: Keeper;
  cache: SegmentCache;
  ahead: (isTaken: (segment: string) => boolean) => Turns;
  desk: Desk;
}
