import type { CountsPayload } from "../core/protocol";
import type { Current } from "./current";
import type { Refusal } from "./outbox";
import type { Failure } from "./retry";

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
