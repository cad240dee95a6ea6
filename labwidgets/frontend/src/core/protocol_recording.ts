/** Messages of a whole recording: the mirror of `labwidgets/widgets/protocol/recording.py`. */
import type { ClipPayload, TaskState, WordPayload } from "./protocol";

export interface RecordingPayload {
  recording: string;
  name: string;
  duration_s: number;
}

export interface RecordingReply {
  recording: string;
  name: string;
  language: string;
  duration_s: number;
  clips: ClipPayload[];
  peaks_bins: number;
  audio_error: string | null;
  /** The segment that it was asked by. */
  segment: string | null;
}

/** A segment as a row of its recording; times from the recording's start. */
export interface RegionPayload {
  segment: string;
  version: number;
  channel: number;
  start_s: number;
  end_s: number;
  speaker: string | null;
  state: TaskState;
  text: string;
  /** What of this annotator's the text is, or whose else; null where there is none. */
  origin: "kept" | "own" | "reference" | "draft" | null;
  revision: number;
  confidence: number | null;
  flags: string[];
}

export interface WaveRequest {
  clip: string;
  start_s: number;
  end_s: number;
  n_bins: number;
}

export type ChangeKind = "create" | "retime" | "split" | "merge" | "delete" | "assign" | "rename";

export interface PiecePayload {
  segment: string;
  channel: number;
  start_s: number;
  end_s: number;
  speaker: string | null;
  text: string | null;
  words: WordPayload[] | null;
  layers: Record<string, string> | null;
}

export interface ChangeSegmentsRequest {
  change_id: string;
  recording: string;
  kind: ChangeKind;
  segments: { segment: string; version: number }[];
  pieces: PiecePayload[];
  speaker: string | null;
  to_speaker: string | null;
  client_at_ms: number;
}

export interface SegmentsChangedReply {
  change_id: string;
  retired: string[];
  rows: RegionPayload[];
}

export interface RecordingRequests {
  recordings: [Record<string, never>, { recordings: RecordingPayload[] }];
  recording: [{ recording: string | null; segment: string | null; n_bins: number }, RecordingReply];
  regions: [
    { recording: string; gzip: boolean },
    { recording: string; gzip: boolean; regions: RegionPayload[] },
  ];
  wave: [WaveRequest, WaveRequest];
  speech: [{ clip: string }, { clip: string; n_spans: number }];
  change_segments: [ChangeSegmentsRequest, SegmentsChangedReply];
  undo_segments: [{ change_id: string }, SegmentsChangedReply];
}
