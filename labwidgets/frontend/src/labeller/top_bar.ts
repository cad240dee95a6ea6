import type { CountsPayload, QueuePayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import { h, setAttribute, setText } from "../ui/dom";
import { createSavingLine, type SavingLine } from "./saving_line";
import type { Status } from "./status";
import { FILTER_NAMES, ORDER_NAMES, progress } from "./words";

const SEARCH_PAUSE_MS = 250;
const PROGRESS = "Submitted of all, and their sound";

export interface TopBar extends Pick<SavingLine, "keptButton" | "setStatus" | "setMore"> {
  readonly root: HTMLElement;
  readonly search: HTMLInputElement;
  readonly listButton: HTMLButtonElement;
  readonly guidelinesButton: HTMLButtonElement;
  readonly helpButton: HTMLButtonElement;
  setCounts(counts: CountsPayload): void;
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
  const left = h("span", { class: "lw-progress-left" });
  const done = h("span", { class: "lw-progress", title: PROGRESS }, segments, sound, left);
  const { state, keptButton, setStatus, setMore } = createSavingLine(options.onStatus);
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
    setStatus,
    setCounts(counts) {
      const words = progress(counts);
      setText(segments, words.segments);
      setText(sound, words.sound);
      setText(left, words.left);
      setAttribute(done, "title", `${PROGRESS}${words.left && `${words.left} of work, as predicted`}`);
    },
  };
}

function picker(label: string, names: Record<string, string>, chosen: string): HTMLSelectElement {
  const options = Object.entries(names).map(([value, name]) =>
    h("option", { value, selected: value === chosen }, name),
  );
  return h("select", { "aria-label": label, title: label, class: "lw-picker" }, ...options);
}
