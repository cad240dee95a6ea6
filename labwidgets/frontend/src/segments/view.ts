import type { Editor } from "../core/parts";
import type { Scope } from "../core/scope";
import type { Banner } from "../labeller/banner";
import type { Current } from "../labeller/current";
import type { Footer } from "../labeller/footer";
import { retryDelay_ms } from "../labeller/retry";
import { statusOf } from "../labeller/status";
import type { TypedAhead } from "../labeller/typed_ahead";
import type { TypingPause } from "../labeller/typing_pause";
import { type Mark, MOVED } from "../labeller/words";
import { formatTime } from "../player/ruler";
import type { SegmentFrame } from "./frame";
import type { RowList } from "./list";
import type { RecordingPlayer } from "./recording_player";
import type { Region } from "./regions";
import type { SpeakerBar } from "./speaker_bar";
import type { Timeline } from "./timeline";
import type { SegmentTopBar } from "./top_bar";
import type { Undoing } from "./undoing";
import type { SegmentWork } from "./work";

const TICK_MS = 1_000;
const LOADING_AFTER_MS = 200;

export interface SegmentViewParts {
  work: SegmentWork;
  root: HTMLElement;
  frame: SegmentFrame;
  top: SegmentTopBar;
  list: RowList;
  timeline: Timeline;
  player: RecordingPlayer;
  editor: Editor;
  footer: Footer;
  banner: Banner;
  speakers: SpeakerBar;
  undoing: Undoing;
  ahead: TypedAhead;
  typingPause: TypingPause;
}

export interface SegmentView {
  shownOf(row: Region): { mark: Mark; text: string };
  /** The segment at hand has other times now. */
  showSpan(region: Region): void;
  showStatus(): void;
}

/** Carries what happens in the session and the recording onto the screen. */
export function createSegmentView(scope: Scope, parts: SegmentViewParts): SegmentView {
  const { work, root, frame, top, list, timeline, player, editor, footer, banner, undoing } = parts;
  const { session, outbox, keeper, queue, recordingDoc, transport, settings, shelf } = work;
  let n_saved = 0;
  let n_failures = 0;
  let isFirst = true;
  let loading = () => {};
  let isWaiting = false;

  const regionOf = (segment: string | null) => (segment === null ? null : recordingDoc.regions.get(segment));
  const shownOf = (row: Region) => {
    const { segment } = row;
    const { ledger } = session;
    const mine = ledger.submission(segment);
    let mark: Mark = mine ? (mine.skip_reason === null ? "done" : "skipped") : row.state;
    if (outbox.newest(segment)) mark = "saving";
    if (session.isKept(segment)) mark = "kept";
    if (ledger.refusals.has(segment)) mark = "refused";
    if (session.here === segment) mark = "current";
    return { mark, text: ledger.kept.get(segment)?.content.text ?? mine?.text ?? row.text };
  };
  const showStatus = () => {
    const now_ms = performance.now();
    const state = outbox.state(now_ms);
    const n_changes = queue.pending.length;
    const hasFailed = state.n_failures > 0 || queue.reason !== null;
    top.setStatus(
      statusOf({
        link: transport.link,
        outbox: {
          ...state,
          n_pending: outbox.n_pending + n_changes,
          n_failures: hasFailed ? Math.max(1, state.n_failures) : 0,
          reason: state.reason ?? queue.reason,
        },
        n_loose: outbox.n_loose + keeper.n_loose + (shelf.isLasting ? 0 : n_changes),
        n_copied: keeper.n_copied,
        waiting_ms: transport.waiting_ms(now_ms),
        n_kept: session.n_kept,
        n_refused: session.ledger.refusals.size,
        isDirty: session.current?.isDirty ?? false,
        n_saved,
      }),
    );
  };
  const showBanner = () => {
    const here = session.current ? session.ledger.refusals.get(session.current.segment) : undefined;
    const any = here ?? [...session.ledger.refusals.values()][0] ?? null;
    banner.show(any, here !== undefined);
  };
  const showFacts = (current: Current) => {
    const { reply } = current.loaded;
    const region = regionOf(current.segment);
    const facts = region
      ? [
          `${formatTime(region.start_s, 2)} – ${formatTime(region.end_s, 2)}`,
          `${(region.end_s - region.start_s).toFixed(2)} s`,
        ]
      : [];
    facts.push(...reply.facts);
    if (reply.no_draft !== null && reply.opinion === null) facts.push(`no draft: ${reply.no_draft}`);
    if (reply.opinion?.skip_reason) facts.push(`skipped: ${reply.opinion.skip_reason}`);
    footer.setFacts(facts, reply.draft?.alarms ?? []);
  };
  const mayFocus = () => {
    const active = document.activeElement;
    if (root.contains(active)) return !active?.closest(".lw-top, .lw-panel, .lw-s-naming");
    const isTyping =
      active instanceof HTMLElement &&
      (active.isContentEditable || /^(INPUT|TEXTAREA)$/.test(active.tagName));
    return isFirst && !isTyping;
  };
  const showRows = () => {
    top.setSpeakers(recordingDoc.speakers.all);
    list.refresh();
    top.setRows(recordingDoc.regions.all, list.rows);
    timeline.render();
    parts.speakers.render();
  };
  const showEmpty = () => {
    const { kind } = session.phase;
    if (kind === "moved") return frame.setEmpty(MOVED);
    if (kind !== "finished") return frame.setEmpty(null);
    if (!recordingDoc.isReady) return frame.setEmpty({ title: "Reading the segments …", text: "" });
    const isNone = recordingDoc.regions.all.length === 0;
    frame.setEmpty(
      isNone
        ? { title: "No segments yet", text: "Draw one on the waveform, or run project.segment() in a cell." }
        : {
            title: "Nothing open is left here",
            text: "Choose any row, or another filter, to look at it again.",
          },
    );
  };

  session.on("phase", (phase) => {
    loading();
    frame.setBusy(phase.kind === "opening");
    footer.setEnabled(phase.kind === "open");
    showEmpty();
    // What was said of a change stays when the segment that it led to has come.
    if (phase.kind === "opening" || isWaiting) footer.say(null);
    isWaiting = false;
    parts.typingPause.stop();
    if (phase.kind === "opening") {
      loading = scope.timeout(() => {
        isWaiting = true;
        footer.say("Loading the segment …");
      }, LOADING_AFTER_MS);
      const region = regionOf(phase.segment);
      if (region) list.setCurrent(region.segment);
      timeline.setActive(region);
    } else if (phase.kind === "finished" || phase.kind === "moved") {
      player.pause();
      player.enter(null);
      timeline.setActive(null);
      parts.ahead.take();
    } else if (phase.kind === "failed") {
      const wait_ms = retryDelay_ms(phase.failure.code, n_failures);
      n_failures += 1;
      footer.say(`The segment could not be opened: ${phase.failure.message}`);
      if (wait_ms !== null) loading = scope.timeout(() => session.retry(), wait_ms);
    }
    list.render();
    showBanner();
    showStatus();
  });
  session.on("opened", (current, play) => {
    const { reply } = current.loaded;
    const region = regionOf(current.segment);
    n_failures = 0;
    const span = region ?? { start_s: 0, end_s: reply.clip.duration_s };
    editor.load(current.content, { duration_s: span.end_s - span.start_s, language: reply.language });
    editor.setDraft(reply.draft);
    editor.setPlayhead(null);
    undoing.opened(current.segment);
    timeline.select(null);
    player.enter([span.start_s, span.end_s]);
    timeline.setActive(region);
    list.setCurrent(current.segment);
    footer.setFlags(current.flags);
    showFacts(current);
    parts.speakers.render();
    showBanner();
    if (mayFocus()) editor.focus();
    editor.replay(parts.ahead.take());
    isFirst = false;
    if (play && settings.autoplay && !work.recording.audio_error) void player.playAll();
    else if (!player.isRoaming && !isWithin(player.at_s, span)) player.seekTo(span.start_s);
  });
  session.on("draft", (current) => {
    editor.setDraft(current.loaded.reply.draft);
    showFacts(current);
  });
  session.on("marks", () => {
    if (session.current) footer.setFlags(session.current.flags);
    list.render();
    showBanner();
    showStatus();
  });
  session.on("saved", (segment) => {
    n_saved += 1;
    const mine = session.ledger.submission(segment);
    const state = mine?.skip_reason == null ? ("done" as const) : ("skipped" as const);
    if (mine)
      recordingDoc.note(segment, { text: mine.text, state, revision: session.ledger.revision(segment) });
    showStatus();
  });
  session.on("refused", (refusal) => {
    showBanner();
    if (session.current?.segment === refusal.submission.segment) editor.focus();
  });
  recordingDoc.on("change", () => {
    showRows();
    showStatus();
  });
  recordingDoc.on("trouble", (message) => {
    if (message !== null) footer.say(`The segments could not be read: ${message}`);
  });
  queue.on("answered", () => {
    n_saved += 1;
    showStatus();
  });
  queue.on("change", showStatus);
  list.onRows(() => top.setRows(recordingDoc.regions.all, list.rows));

  editor.on("change", () => {
    session.touch();
    parts.typingPause.typed();
  });
  editor.on("playFrom", (time_s) => void player.play(time_s));
  editor.on("notice", (text) => footer.say(text));
  player.onTime((at_s) => {
    const { span } = player;
    const isInside = span !== null && at_s >= span[0] && at_s <= span[1] + 0.05;
    editor.setPlayhead(isInside && span ? at_s - span[0] : null);
    if (player.playing) {
      timeline.follow(at_s);
      session.meter.note(Date.now());
    } else timeline.place();
    list.setSounding(player.isRoaming ? (recordingDoc.regions.at(at_s)?.segment ?? null) : null);
  });
  player.on("ended", () => {
    editor.setPlayhead(null);
    list.setSounding(null);
  });
  scope.add(
    transport.onLink((isAlive) => {
      showStatus();
      if (!isAlive) return;
      session.retry();
      if (!recordingDoc.isReady) void recordingDoc.read();
    }),
  );
  scope.interval(showStatus, TICK_MS);
  scope.listen(document, "visibilitychange", () => {
    if (document.hidden) session.meter.hide(Date.now());
  });

  return {
    shownOf,
    showStatus,
    showSpan(region) {
      player.enter([region.start_s, region.end_s]);
      timeline.setActive(region);
      if (session.current) showFacts(session.current);
    },
  };
}

/** A click on the waveform chose the place within the segment. */
function isWithin(at_s: number, { start_s, end_s }: Pick<Region, "start_s" | "end_s">): boolean {
  return at_s >= start_s && at_s < end_s;
}
