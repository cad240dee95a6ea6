import type { BarPayload, ColumnPayload, ConditionPayload, Value, Verdict } from "../core/protocol_errors";

export const VERDICTS: readonly { mark: Verdict; sign: string; name: string }[] = [
  { mark: "reference-wrong", sign: "R", name: "reference wrong" },
  { mark: "model-wrong", sign: "M", name: "model wrong" },
  { mark: "both-fine", sign: "=", name: "both fine" },
  { mark: "unclear", sign: "?", name: "unclear" },
];

const NAMES: Record<string, string> = {
  n_words: "words",
  source: "file",
  snr_db: "SNR dB",
  duration: "length",
  row: "order",
};

/** How a column is called for people. */
export function columnName({ name, model, measure }: ColumnPayload): string {
  if (model && measure) return `${measure === "edits" ? "errors" : measure.toUpperCase()} ${model}`;
  return NAMES[name] ?? name.replaceAll("_", " ");
}

const isRate = (measure: string | null) => measure === "wer" || measure === "cer" || measure === "ger";

export function percent(rate: number): string {
  return `${(100 * rate).toFixed(rate < 0.1 ? 1 : 0)} %`;
}

export function shownValue(column: ColumnPayload, value: Value | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return column.name === "source" ? (value.split("/").at(-1) ?? value) : value;
  if (isRate(column.measure)) return percent(value);
  if (column.name === "duration") return `${value.toFixed(1)} s`;
  return Number.isInteger(value) ? value.toLocaleString("en") : value.toPrecision(3);
}

const SIGNS = {
  is: "is",
  is_not: "is not",
  at_least: "≥",
  below: "<",
  contains: "has",
  missing: "has no value",
};

/** A filter as its chip says it. */
export function conditionWords(condition: ConditionPayload, column: ColumnPayload): string {
  const value = condition.kind === "missing" ? "" : ` ${shownValue(column, condition.value)}`;
  return `${columnName(column)} ${SIGNS[condition.kind]}${value}`;
}

export function barWords(bar: BarPayload, column: ColumnPayload): string {
  const place =
    bar.low !== null && bar.high !== null
      ? `${shownValue(column, bar.low)} to ${shownValue(column, bar.high)}`
      : (bar.value ?? "no value");
  const rows = `${bar.n.toLocaleString("en")} ${bar.n === 1 ? "row" : "rows"}`;
  return `${place}: ${rows}${bar.wer === null ? "" : `, WER ${percent(bar.wer)}`}`;
}

/** The filters that leave the rows of a bar. */
export function barConditions(bar: BarPayload, column: string): ConditionPayload[] {
  if (bar.low !== null && bar.high !== null) {
    return [
      { column, kind: "at_least", value: bar.low },
      { column, kind: "below", value: bar.high },
    ];
  }
  return [{ column, kind: bar.value === null ? "missing" : "is", value: bar.value }];
}
