/** Messages of the recorder; each field is explained in `labwidgets/widgets/protocol/recording_takes.py`. */

export interface CardPayload {
  speaker: string;
  language: string;
  accent: string;
  age_band: string;
  gender: string;
  device: string;
}

export interface StudioReply {
  n_prompts: number;
  collection: string;
  languages: string[];
  age_bands: string[];
  minor: string;
  genders: string[];
  form_text: string;
  form_version: string;
  licence: string;
  scope: string[];
  card: CardPayload | null;
  number: number | null;
  n_kept: number;
  max_take_s: number;
  max_chunk_bytes: number;
  codecs: string[];
  constraints: Record<string, boolean | number>;
}

export interface SignInReply {
  card: CardPayload;
  number: number | null;
  n_kept: number;
}

export interface PromptPayload {
  text: string;
  is_kept: boolean;
}

export type TakeTrouble = "silent" | "clipped" | "cut" | "short";

export interface CheckTakeReply {
  take: string;
  trouble: TakeTrouble | null;
  message: string;
  duration_s: number;
  lead_s: number;
  tail_s: number;
  peak_dbfs: number;
  n_bins: number;
}

export interface KeepTakeReply {
  take: string;
  number: number;
  n_kept: number;
  next: number | null;
}

export interface TakeRequests {
  studio: [Record<string, never>, StudioReply];
  sign_in: [{ card: CardPayload; agreed: boolean }, SignInReply];
  prompts: [{ offset: number; limit: number }, { offset: number; prompts: PromptPayload[] }];
  next_prompt: [{ after: number }, { number: number | null }];
  take_chunk: [{ take: string; seq: number }, { take: string; seq: number }];
  check_take: [{ take: string; number: number; n_chunks: number; n_bins: number }, CheckTakeReply];
  keep_take: [{ take: string }, KeepTakeReply];
  drop_take: [{ take: string }, { take: string }];
}
