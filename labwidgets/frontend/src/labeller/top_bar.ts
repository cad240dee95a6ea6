import type { CountsPayload, QueuePayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import { h, setAttribute, setText } from "../ui/dom";
import type { Status } from "./status";
import { FILTER_NAMES, ORDER_NAMES, progress } from "./words";

const SEARCH_PAUSE_MS = 250;

export interface TopBar {
  readonly root: HTMLElement;
  readonly search: HTMLInputElement;
  readonly listButton: HTMLButtonElement;
  readonly guidelinesButton: HTMLButtonElement;
  readonly helpButton: HTMLButtonElement;
  readonly keptButton: HTMLButtonElement;
  setCounts(counts: CountsPayload): void;
  setStatus(status: Status): void;
  /** More is kept than the state tells of; null for no more. */
  setMore(text: string | null): void;
}

export interface TopBarOptions {
  project: string;
  annotator: string;
  query: QueuePayload;
  hasGuidelines: boolean;
  /** Time and pace. */
  clock: HTMLElement;
  onQuery: (query: QueuePayload) => void;
  /** The line that says how the saving stands has changed. */
  onStatus: (status: Status) => void;
}

/** Project, what is shown in which order, progress, and how the saving stands. */
export function createTopBar(scope: Scope, options: TopBarOptions): TopBar {
  const order = picker("Order", ORDER_NAMES, options.query.order);
  const filter = picker("Show", FILTER_NAMES, options.query.filter);
  const search = h("input", {
    type: "search",
    class: "lw-search",
    placeholder: "search",
    "aria-label": "Search in the texts",
    value: options.query.search,
    spellcheck: "false",
  });
  const segments = h("span");
  const sound = h("span", { class: "lw-progress-sound" });
  const done = h(
    "span",
    { class: "lw-progress", title: "Submitted of all, and their sound" },
    segments,
    sound,
  );
  const sign = h("span", { class: "lw-state-sign", "aria-hidden": "true" });
  const stateWords = h("span", { class: "lw-state-words" });
  const state = h("span", { class: "lw-state" }, sign, stateWords);
  const more = h("span", { class: "lw-kept-more" });
  const keptButton = h(
    "button",
    { type: "button", class: "lw-kept-button", title: "What is kept, and where", "aria-expanded": "false" },
    more,
    h("span", { "aria-hidden": "true" }, "▾"),
  );
  const setMore = (text: string | null) => {
    setText(more, text ?? "");
    keptButton.setAttribute("aria-label", `What is kept, and where${text ? `: ${text} elsewhere` : ""}`);
  };
  setMore(null);
  const listButton = h(
    "button",
    { type: "button", class: "lw-list-button", "aria-label": "List of segments" },
    "☰",
  );
  const guidelinesButton = h("button", { type: "button", class: "lw-guidelines-button" }, "Guidelines");
  guidelinesButton.hidden = !options.hasGuidelines;
  const helpButton = h(
    "button",
    { type: "button", class: "lw-help-button", "aria-label": "Keys and help" },
    "?",
  );
  const name = h(
    "span",
    { class: "lw-project", title: `${options.project}, as ${options.annotator}` },
    options.project,
  );
  const root = h(
    "div",
    { class: "lw-top", role: "group", "aria-label": "Queue and progress" },
    ...[listButton, name, order, filter, search, done, options.clock, h("span", { class: "lw-gap" }), state],
    ...[keptButton, guidelinesButton, helpButton],
  );

  const report = () =>
    options.onQuery({ order: order.value, filter: filter.value, search: search.value.trim() });
  scope.listen(order, "change", report);
  scope.listen(filter, "change", report);
  let cancel = () => {};
  scope.listen(search, "input", () => {
    cancel();
    cancel = scope.timeout(report, SEARCH_PAUSE_MS);
  });

  return {
    root,
    search,
    listButton,
    guidelinesButton,
    helpButton,
    keptButton,
    setMore,
    setCounts(counts) {
      const words = progress(counts);
      setText(segments, words.segments);
      setText(sound, words.sound);
    },
    setStatus(status) {
      if (stateWords.textContent !== status.text) options.onStatus(status);
      setAttribute(state, "data-tone", status.tone);
      setAttribute(state, "title", status.text);
      setText(sign, status.sign);
      setText(stateWords, status.text);
    },
  };
}

function picker(label: string, names: Record<string, string>, chosen: string): HTMLSelectElement {
  const options = Object.entries(names).map(([value, name]) =>
    h("option", { value, selected: value === chosen }, name),
  );
  return h("select", { "aria-label": label, title: label, class: "lw-picker" }, ...options);
}
