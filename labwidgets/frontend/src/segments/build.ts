import { preferencesOf } from "../core/memory";
import type { RecordingReply } from "../core/protocol";
import type { Scope } from "../core/scope";
import { createFinding } from "../labeller/finding";
import { createHandingIn } from "../labeller/handing_in";
import { createHeightHandle } from "../labeller/height";
import { createHotWords } from "../labeller/hot_words";
import { installKeyboard } from "../labeller/keyboard";
import { createListening } from "../labeller/listening";
import { createOverlays } from "../labeller/overlays";
import { createSafekeeping } from "../labeller/safekeeping";
import { createTextHint } from "../labeller/text_hint";
import { TypedAhead } from "../labeller/typed_ahead";
import { createTypingPause } from "../labeller/typing_pause";
import { createWritingLine } from "../labeller/writing_line";
import { freshId, h } from "../ui/dom";
import { createTypeSize } from "../ui/type_size";
import { createSegmentActions } from "./actions";
import { begin } from "./beginning";
import { channelFor, createChannelPicker } from "./channels";
import { Editing } from "./editing";
import { Following } from "./following";
import { createSegmentFrame } from "./frame";
import { createHands } from "./hands";
import { createRowList } from "./list";
import { createNews } from "./news";
import { Nudging } from "./nudging";
import { createRecordingPlayer } from "./recording_player";
import { createSpeakerBar } from "./speaker_bar";
import { createSpeech } from "./speech";
import { createTimeline } from "./timeline";
import { createSegmentTopBar } from "./top_bar";
import { Undoing } from "./undoing";
import { createSegmentView } from "./view";
import { createSegmentWork, type SegmentsContext } from "./work";

/** Of the minimap: about one for each pixel of a wide page. */
export const OVERVIEW_BINS = 1_600;

/** Puts the parts together for one recording. */
export function buildSegments(
  scope: Scope,
  context: SegmentsContext,
  recording: RecordingReply,
  overview: Int8Array | null,
): void {
  const { ready, at } = context;
  const preferences = preferencesOf(ready.annotator);
  const clip = recording.clips[0] ?? { id: "", duration_s: recording.duration_s, window_s: 10 };
  const work = createSegmentWork(scope, context, recording, {
    rows: () => list.rows,
    heard: () => player.heard(),
    expect: (starts_s) => player.expect(starts_s),
  });
  const { settings, options, bindings, transport, editor, layers, typing, session, recordingDoc, cache } =
    work;

  const say = (text: string | null) => {
    footer.say(text);
    if (text) news.say(text);
  };
  const focusText = () => editor.focus();
  const news = createNews(session, recordingDoc);
  const speech = createSpeech(scope, transport, clip, () => timeline.render());
  const player = createRecordingPlayer(scope, {
    transport,
    settings,
    preferences,
    onZoom: (factor) => timeline.zoom(factor, player.at_s),
    onSpectrogram: () => timeline.toggleSpectrogram(),
    selected: () => timeline.selection,
  });
  const timeline = createTimeline(scope, {
    transport,
    regions: () => recordingDoc.regions,
    speakers: () => recordingDoc.speakers,
    speech: () => speech.spans,
    textOf: (row) => view.shownOf(row).text,
    at_s: () => player.at_s,
    ...createHands({
      session,
      recordingDoc,
      player,
      editor,
      speech,
      timeline: () => timeline,
      editing: () => editing,
      nudging: () => nudging,
    }),
  });
  const following = new Following({
    session,
    editor,
    cache,
    recordingDoc,
    language: recording.language,
    window_s: clip.window_s,
    onSpan: (region) => view.showSpan(region),
  });
  const undoing = new Undoing({
    editor,
    session,
    recordingDoc,
    making: work.making,
    say,
    onMade: (edit) => following.prepare(edit),
    onRows: (from, to) => following.rows(from, to),
    language: recording.language,
  });
  const editing = new Editing({
    editor,
    session,
    cache,
    recordingDoc,
    undoing,
    making: work.making,
    speech: () => speech.spans,
    layers: settings.layers,
    channel: (atHand) => channelFor(player.clip, recording.clips.length, atHand),
    say,
  });
  const nudging = new Nudging(scope, {
    editing,
    duration_s: recording.duration_s,
    onHold: timeline.setHold,
    onPreview: timeline.preview,
    playAround: player.playAround,
    say,
  });
  const speakers = createSpeakerBar(scope, {
    speakers: () => recordingDoc.speakers,
    active: () => editing.active,
    onAssign: (number) => {
      const name = recordingDoc.speakers.at(number) ?? recordingDoc.speakers.fresh();
      editing.assign(name);
    },
    onNobody: () => editing.assign(null),
    onRename(from, to) {
      editing.rename(from, to);
      say(`${from} is ${to} now, in the whole recording.`);
    },
    onClose: focusText,
  });

  const { banner, footer, skip, openSkip } = createHandingIn(scope, {
    work,
    focusText,
    announce: news.say,
    openSkipMenu: () => overlays.skipMenu.open(),
    submit: () => run("submit_next", false),
  });
  const list = createRowList(scope, {
    regions: () => recordingDoc.regions,
    speakers: () => recordingDoc.speakers,
    isReady: () => recordingDoc.isReady,
    shownOf: (row) => view.shownOf(row),
    onOpen(segment) {
      void session.open(segment, { isJump: true });
      focusText();
    },
  });
  const backToQueue = () => {
    if (at?.from === "labeller") context.show("labeller", { segment: session.here });
    else say("This view shows recordings only: lw.Labeller(project, …) shows the queue.");
  };
  const top = createSegmentTopBar(scope, {
    project: ready.project,
    annotator: ready.annotator,
    recording,
    hasGuidelines: settings.guidelines.trim() !== "",
    hasBack: at?.from === "labeller",
    onFilter: (filter) => list.setFilter(filter),
    onRecording: (next) => context.show("segments", { segment: null, recording: next }),
    onStatus: (status) => news.status(status),
  });
  const overlays = createOverlays(scope, {
    options,
    bindings,
    shown: { ...settings, isRecording: true },
    fetchPresets: () => transport.request("keys", {}).then(({ payload }) => payload.presets),
    top,
    onSkip: skip,
    onSkipClosed: focusText,
  });
  const finding = createFinding(scope, { ...work, player }, { focusText, say });
  const kept = createSafekeeping(scope, { work, top, onClosed: focusText });
  const hotWords = createHotWords(scope, work, say);
  const frame = createSegmentFrame({
    top: top.root,
    timeline: timeline.root,
    player: player.root,
    list: list.root,
    speakers: speakers.root,
    editor: editor.root,
    line: createWritingLine(scope, { editor, session, scripts: settings.scripts, typing }),
    foot: footer.root,
    banner: banner.root,
    over: [finding.root, ...overlays.roots, kept.root],
  });
  const label = `Segments of ${recording.name}, ${ready.project}`;
  const root = h(
    "div",
    { class: "lw lw-labeller lw-segments", role: "region", "aria-label": label, id: freshId("segments") },
    ...[frame.root, news.root, createTextHint(editor.root, bindings), createHeightHandle(scope, frame.root)],
  );
  const leave = () => {
    if (typing.close() || editor.closeTags() || speakers.close() || overlays.closeTop()) return;
    if (finding.close() || kept.close()) return;
    if (timeline.selection) return timeline.select(null);
    if (document.activeElement === top.search || list.root.contains(document.activeElement))
      return focusText();
    keyboard.leave();
    say("Tab now moves through the page, until you come back to the text.");
  };
  const run = createSegmentActions({
    player,
    editor,
    layers,
    typing,
    session,
    timeline,
    list,
    editing,
    nudging,
    undoing,
    recordingDoc,
    speakers,
    speech: () => speech.spans,
    toggleSkip: () => skipping.toggle(),
    flags: settings.flags,
    say,
    skip: openSkip,
    leave,
    toggleGuidelines: () => overlays.guidelines.toggle(),
    toggleHelp: () => overlays.help.toggle(),
    search: () => top.search.focus(),
    findReplace: () => finding.open(hotWords.offered),
    backToQueue,
    takeSuggestion: hotWords.take,
    dismissSuggestion: hotWords.dismiss,
    reveal: () => false,
    typeSize: createTypeSize(root, preferences, (ui) => list.setScale(ui)),
    listening: createListening(player, editor, settings),
    onDone: overlays.hints.done,
  });
  const skipping = speech.skipping(scope, player, preferences);
  const channels = createChannelPicker(scope, {
    transport,
    recording,
    n_bins: OVERVIEW_BINS,
    player,
    timeline,
  });
  player.root.firstElementChild?.append(...(channels ? [channels] : []), skipping.button);
  const ahead = new TypedAhead();
  const keyboard = installKeyboard(scope, {
    root,
    text: editor.root,
    match: (stroke) => bindings.map.match(stroke),
    record: (stroke) => overlays.rebinding.record(stroke),
    run,
    isReady: () => session.phase.kind === "open",
    ahead,
    onActivity: () => session.meter.note(Date.now()),
  });
  const view = createSegmentView(scope, {
    ...{ work, root, frame, top, list, timeline, player, editor, footer, banner, speakers, undoing, ahead },
    typingPause: createTypingPause(scope, player, settings),
  });

  hotWords.start();
  session.on("opened", () => typing.setLanguage(recording.language));
  scope.listen(top.helpButton, "click", () => run("help", false));
  scope.listen(top.guidelinesButton, "click", () => overlays.guidelines.toggle());
  scope.listen(top.back, "click", backToQueue);
  context.el.replaceChildren(root);
  frame.setSoundError(recording.audio_error);
  player.open(clip);
  timeline.open(clip, overview);
  void begin({ scope, work, following, undoing, top, kept, say });
}
