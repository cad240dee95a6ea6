import type { RecordingPayload, RecordingReply } from "../core/protocol";
import type { Scope } from "../core/scope";
import { createSavingLine } from "../labeller/saving_line";
import type { Status } from "../labeller/status";
import { count, FILTER_NAMES, span } from "../labeller/words";
import { h, setText } from "../ui/dom";
import type { Filter } from "./filter";
import type { Region } from "./regions";
import type { Speaker } from "./speakers";

const SEARCH_PAUSE_MS = 150;
const STATES = ["all", "open", "done", "skipped", "flagged"] as const;

export interface TopBarParts {
  project: string;
  annotator: string;
  recording: RecordingReply;
  hasGuidelines: boolean;
  /** Named where there is a queue to go back to. */
  hasBack: boolean;
  onFilter: (filter: Filter) => void;
  onRecording: (recording: string) => void;
  onStatus: (status: Status) => void;
}

export type SegmentTopBar = ReturnType<typeof createSegmentTopBar>;

/** Which recording, what of it is shown, how far it is done, and how the saving stands. */
export function createSegmentTopBar(scope: Scope, parts: TopBarParts) {
  const { recording } = parts;
  const button = (name: string, label: string, text: string) =>
    h("button", { type: "button", class: name, "aria-label": label, title: label }, text);
  const back = button("lw-s-back", "Back to the queue", "‹ queue");
  back.hidden = !parts.hasBack;
  const picker = h(
    "select",
    {
      class: "lw-picker lw-s-recordings",
      "aria-label": "Recording",
      title: `${parts.project}, as ${parts.annotator}`,
    },
    h("option", { value: recording.recording }, recording.name),
  );
  const who = h("select", { class: "lw-picker", "aria-label": "Speakers shown" });
  const state = h(
    "select",
    { class: "lw-picker", "aria-label": "Show" },
    ...STATES.map((value) => h("option", { value }, FILTER_NAMES[value] ?? value)),
  );
  const search = h("input", {
    type: "search",
    class: "lw-search",
    placeholder: "search",
    "aria-label": "Search in the texts and names",
    spellcheck: "false",
  });
  const done = h("span", { class: "lw-progress", title: "Submitted of all segments of this recording" });
  const saving = createSavingLine(parts.onStatus);
  const guidelinesButton = h("button", { type: "button", class: "lw-guidelines-button" }, "Guidelines");
  guidelinesButton.hidden = !parts.hasGuidelines;
  const helpButton = button("lw-help-button", "Keys and help", "?");
  const root = h(
    "div",
    { class: "lw-top lw-s-top", role: "group", "aria-label": "Recording and progress" },
    ...[back, picker, who, state, search, done, h("span", { class: "lw-gap" }), saving.state],
    ...[saving.keptButton, guidelinesButton, helpButton],
  );

  const EVERYBODY = "\u0000all";
  const report = () =>
    parts.onFilter({
      search: search.value.trim(),
      speaker: who.value === EVERYBODY ? null : who.value,
      state: state.value as Filter["state"],
    });
  scope.listen(who, "change", report);
  scope.listen(state, "change", report);
  let cancel = () => {};
  scope.listen(search, "input", () => {
    cancel();
    cancel = scope.timeout(report, SEARCH_PAUSE_MS);
  });
  scope.listen(picker, "change", () => parts.onRecording(picker.value));

  let shownNames = "";
  return {
    root,
    back,
    search,
    guidelinesButton,
    helpButton,
    keptButton: saving.keptButton,
    setMore: saving.setMore,
    setStatus: saving.setStatus,
    setRecordings(all: readonly RecordingPayload[]) {
      const others = all.filter((one) => one.recording !== recording.recording);
      picker.append(
        ...others.map((one) =>
          h("option", { value: one.recording }, `${one.name} · ${span(one.duration_s)}`),
        ),
      );
      picker.disabled = others.length === 0;
    },
    setSpeakers(speakers: readonly Speaker[]) {
      const names = speakers.map(({ name }) => name);
      if (shownNames === JSON.stringify(names)) return;
      shownNames = JSON.stringify(names);
      const chosen = who.value;
      who.replaceChildren(
        h("option", { value: EVERYBODY }, "all speakers"),
        ...speakers.map(({ name, at }) => h("option", { value: name }, `${at + 1} ${name}`)),
        h("option", { value: "" }, "no name"),
      );
      who.value = names.includes(chosen) || chosen === "" ? chosen || EVERYBODY : EVERYBODY;
    },
    setRows(all: readonly Region[], shown: readonly Region[]) {
      const n_done = all.filter(({ state: one }) => one !== "open").length;
      const part = shown.length < all.length ? ` · ${count(shown.length)} shown` : "";
      setText(done, `${count(n_done)} / ${count(all.length)} · ${span(recording.duration_s)}${part}`);
    },
  };
}
