/** The mirror of `labwidgets/widgets/protocol/errors.py`, where each field is explained. */
import type { ClipPayload, WordPayload } from "./protocol";

export type ConditionKind = "is" | "is_not" | "at_least" | "below" | "contains" | "missing";
export type Value = number | string | null;
export type Verdict = "reference-wrong" | "model-wrong" | "both-fine" | "unclear";

export interface ConditionPayload {
  column: string;
  kind: ConditionKind;
  value: Value;
}

export interface RowQueryPayload {
  sort: string;
  descending: boolean;
  where: ConditionPayload[];
  search: string;
  confusion: [model: string, reference: string, heard: string] | null;
}

export interface ColumnPayload {
  name: string;
  kind: "number" | "text";
  model: string | null;
  measure: string | null;
}

export interface ColumnsReply {
  n_rows: number;
  models: string[];
  columns: ColumnPayload[];
  shown: string[];
  charts: string[];
  keeps: "project" | "table" | null;
  has_sound: boolean;
}

export interface ErrorRowPayload {
  row: number;
  id: string;
  values: Record<string, Value>;
}

export interface TotalPayload {
  model: string;
  wer: number;
  low: number | null;
  high: number | null;
  n_words: number;
  substitutions: number;
  deletions: number;
  insertions: number;
}

export interface BarPayload {
  low: number | null;
  high: number | null;
  value: string | null;
  n: number;
  wer: number | null;
}

export interface BarsReply {
  column: string;
  kind: "number" | "text";
  bars: BarPayload[];
}

export type TimeSpan = [start_s: number, end_s: number];

export interface StepPayload {
  op: "hit" | "substitution" | "deletion" | "insertion";
  reference: string | null;
  hypothesis: string | null;
  reference_span: TimeSpan | null;
  hypothesis_span: TimeSpan | null;
  estimated: boolean;
}

export interface SidePayload {
  model: string;
  text: string;
  wer: number | null;
  steps: StepPayload[];
}

export interface UtteranceReply extends ErrorRowPayload {
  reference: string;
  words: WordPayload[];
  language: string;
  sides: SidePayload[];
  clip: ClipPayload | null;
  peaks_bins: number;
  audio_error: string | null;
}

export interface ErrorRequests {
  columns: [Record<string, never>, ColumnsReply];
  rows: [
    { query: RowQueryPayload; columns: string[]; offset: number; limit: number },
    { rows: ErrorRowPayload[]; total: number; offset: number },
  ];
  totals: [{ query: RowQueryPayload }, { n: number; totals: TotalPayload[] }];
  bars: [{ query: RowQueryPayload; column: string; model: string }, BarsReply];
  utterance: [{ row: number; n_bins: number }, UtteranceReply];
  mend: [
    { event_id: string; row: number; text: string; words: WordPayload[] },
    { row: number; revision: number | null; counts: boolean },
  ];
  mark: [{ row: number; mark: Verdict | null }, { row: number; mark: Verdict | null }];
}
