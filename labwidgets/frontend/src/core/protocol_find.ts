/** Messages of find and replace: the mirror of `labwidgets/widgets/protocol/finding.py`. */
import type { ClipPayload } from "./protocol";

export interface FindPayload {
  text: string;
  whole_word: boolean;
  match_case: boolean;
  match_accents: boolean;
  own: boolean;
}

export interface HitPayload {
  start: number;
  before: string;
  text: string;
  after: string;
  start_s: number;
  end_s: number;
  estimated: boolean;
}

export interface FoundPayload {
  segment: string;
  clip: ClipPayload;
  kind: "draft" | "own" | "imported";
  base: string;
  hits: HitPayload[];
}

export interface FindReply {
  found: FoundPayload[];
  after: string | null;
  n_segments: number | null;
  undoable: string | null;
}

export interface ReplacementPayload {
  segment: string;
  kind: FoundPayload["kind"];
  base: string;
  starts: number[];
  heard: [number, number][];
}

export interface ReplaceRequest {
  find: FindPayload;
  replacement: string;
  replace: string | null;
  items: ReplacementPayload[];
}

export interface ReplaceReply {
  replace: string;
  done: { found: FoundPayload; n: number; refused: string }[];
}
