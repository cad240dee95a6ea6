/**
 * Every message that crosses between the browser and Python: the mirror of `labwidgets/widgets/protocol`,
 * where each field is explained. Times are seconds from the start of the segment. `tests/protocol/*.json`
 * holds one golden message per name; the tests of both sides read them.
 */

import type { ErrorRequests } from "./protocol_errors";
import type { FindPayload, FindReply, ReplaceReply, ReplaceRequest } from "./protocol_find";
import type { RecordingRequests } from "./protocol_recording";
import type { TakeRequests } from "./protocol_takes";

export type * from "./protocol_find";
export type * from "./protocol_recording";

export const PROTOCOL_VERSION = 1;

export interface Envelope {
  kind: "request" | "reply" | "error" | "cancel" | "event";
  id: string;
  name: string;
  payload: Record<string, unknown>;
}

export interface ErrorPayload {
  code: string;
  message: string;
  details?: Record<string, unknown>;
}

export interface WordPayload {
  text: string;
  start_s: number;
  end_s: number;
  confidence: number | null;
  estimated: boolean;
}

export interface LayerPayload {
  name: string;
  rule: string[];
}

export interface TagPayload {
  kind: "event" | "filler" | "foreign";
  text: string;
  label: string;
  key: string | null;
}

export interface LabelSettings {
  flags: string[];
  skip_reasons: string[];
  guidelines: string;
  keys: Record<string, string[]>;
  key_preset: string;
  low_confidence: number;
  autoplay: boolean;
  jump_back_s: number;
  lead_s: number;
  pause_while_typing: boolean;
  resume_after_s: number;
  codec: "auto" | "flac" | "opus";
  layers: LayerPayload[];
  scripts: string[];
  typing_help: boolean;
  tags: TagPayload[];
  order?: string;
}

export interface HotWordPayload {
  wrong: string;
  right: string;
  n: number;
}

export interface ClipPayload {
  id: string;
  duration_s: number;
  window_s: number;
}

export type KeyPresets = Record<string, Record<string, string[]>>;

export interface AskedPayload {
  order: string | null;
  filter: string | null;
}

export interface ReadyReply {
  version: number;
  project: string;
  project_id: string;
  place?: string;
  annotator: string;
  settings: LabelSettings;
  clip?: ClipPayload | null;
  recording?: string | null;
  kept?: KeptPayload[];
  asked?: AskedPayload;
}

export interface QueuePayload {
  order: string;
  filter: string;
  search: string;
}

export type TaskState = "open" | "done" | "skipped" | "blocked";

export interface QueueRowPayload {
  segment: string;
  position: number;
  duration_s: number;
  state: TaskState;
  text: string;
  confidence: number | null;
  flags: string[];
  speaker: string | null;
  held_back: boolean;
}

export interface CountsPayload {
  total: number;
  done: number;
  skipped: number;
  blocked: number;
  drafted: number;
  total_s: number;
  done_s: number;
  minutes_left: number | null;
}

export interface QueueReply {
  rows: QueueRowPayload[];
  total: number;
  offset: number;
  counts: CountsPayload;
}

export interface DraftPayload {
  id: string;
  model: string;
  text: string;
  words: WordPayload[];
  confidence: number | null;
  alarms: string[];
}

export interface OpinionPayload {
  revision: number;
  text: string;
  words: WordPayload[];
  layers: Record<string, string>;
  flags: string[];
  skip_reason: string | null;
  at_ms: number;
}

export interface SegmentReply {
  segment: string;
  clip: ClipPayload;
  state: TaskState;
  language: string;
  text: string;
  words: WordPayload[];
  layers: Record<string, string>;
  draft: DraftPayload | null;
  no_draft: string | null;
  held_back: string | null;
  opinion: OpinionPayload | null;
  facts: string[];
  peaks_bins: number;
  audio_error: string | null;
}

export interface SubmitRequest {
  event_id: string;
  segment: string;
  base_revision: number;
  text: string;
  words: WordPayload[];
  layers: Record<string, string>;
  flags: string[];
  draft: string | null;
  listened: [number, number][];
  active_ms: number;
  client_at_ms: number;
  skip_reason: string | null;
  blank?: boolean;
}

export interface EditPayload {
  id: string;
  base_revision: number;
  text: string;
  words: WordPayload[];
  layers: Record<string, string>;
  flags: string[];
}

export interface KeptPayload {
  segment: string;
  kept_at_ms: number;
  edit: EditPayload;
}

export interface SubmitReply {
  event_id: string;
  segment: string;
  revision: number;
  saved_at_ms: number;
  repeated: boolean;
  counts: CountsPayload;
}

export interface WindowReply {
  clip: string;
  index: number;
  start_s: number;
  end_s: number;
  lead_s: number;
  mime: string;
}

export interface SpectrogramRequest {
  clip: string;
  start_s: number;
  end_s: number;
  n_columns: number;
  n_bands: number;
}

export interface SpectrogramReply extends SpectrogramRequest {
  max_hz: number;
  floor_db: number;
  step_db: number;
}

/** Payload sent and payload answered, by the name of the request. */
export interface Requests extends ErrorRequests, RecordingRequests, TakeRequests {
  ready: [{ version: number; codecs: string[] }, ReadyReply];
  keys: [Record<string, never>, { presets: KeyPresets }];
  asset: [{ name: string; gzip: boolean }, { name: string; hash: string; gzip: boolean }];
  words: [{ language: string }, { words: string[] }];
  hot_words: [Record<string, never>, { hot_words: HotWordPayload[]; mark: string }];
  peaks: [{ clip: string; n_bins: number }, { clip: string; n_bins: number }];
  spectrogram: [SpectrogramRequest, SpectrogramReply];
  window: [{ clip: string; index: number; codec: "flac" | "opus" }, WindowReply];
  queue: [{ query: QueuePayload; offset: number; limit: number }, QueueReply];
  place: [{ query: QueuePayload; segment: string }, { segment: string; position: number | null }];
  upcoming: [{ query: QueuePayload; after: string | null; n: number }, { segments: string[] }];
  segment: [{ segment: string; n_bins: number; hold_back?: boolean }, SegmentReply];
  submit: [SubmitRequest, SubmitReply];
  keep: [{ segment: string; edit: EditPayload | null }, { segment: string; kept_at_ms: number }];
  find: [{ find: FindPayload; after: string | null; limit: number }, FindReply];
  replace: [ReplaceRequest, ReplaceReply];
  undo_replace: [{ replace: string }, { segments: string[]; n_left: number }];
}

/** Payload by the name of the event from the kernel. */
export interface Events {
  changed: { counts: CountsPayload; hot_words: string };
}

export type RequestName = keyof Requests;
export type EventName = keyof Events;
