import type { Editor, Player } from "../core/parts";
import type { CountsPayload, LabelSettings, QueueRowPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Banner } from "./banner";
import type { Clockwork } from "./clockwork";
import type { Current } from "./current";
import type { Footer } from "./footer";
import type { Frame } from "./frame";
import type { Revealed } from "./held_back";
import type { Keeper } from "./keeper";
import type { SegmentList } from "./list";
import type { Outbox } from "./outbox";
import type { Pages } from "./pages";
import { retryDelay_ms } from "./retry";
import type { Session } from "./session";
import { statusOf } from "./status";
import type { TopBar } from "./top_bar";
import type { TypedAhead } from "./typed_ahead";
import type { TypingPause } from "./typing_pause";
import type { WatchedTransport } from "./waiting";
import { count, emptyWords, type Mark, MOVED } from "./words";
import type { Worked } from "./worked";

const TICK_MS = 1_000;
const LOADING_AFTER_MS = 200;
const LIST_RETRY_MS = 3_000;
const REFRESH_MS = 400;

export interface ViewParts {
  root: HTMLElement;
  frame: Frame;
  top: TopBar;
  list: SegmentList;
  footer: Footer;
  banner: Banner;
  player: Player;
  editor: Editor;
  pages: Pages;
  session: Session;
  outbox: Outbox;
  revealed: Revealed;
  keeper: Keeper;
  transport: WatchedTransport;
  settings: LabelSettings;
  ahead: TypedAhead;
  clock: Clockwork;
  worked: Worked;
  typingPause: TypingPause;
  /** The key that shows the draft, as people write it. */
  draftChord: () => string;
}

export interface View {
  marksOf(row: QueueRowPayload): { mark: Mark; flagged: boolean; text: string; isHeldBack: boolean };
  showFacts(current: Current): void;
}

/** Carries what happens in the session onto the screen. */
export function createView(scope: Scope, parts: ViewParts): View {
  const { root, frame, top, list, footer, banner, player, editor, pages, session, outbox, transport } = parts;
  const { worked, keeper } = parts;
  let counts: CountsPayload | null = null;
  let n_saved = 0;
  let n_failures = 0;
  let isFirst = true;
  let loading = () => {};

  const marksOf = (row: QueueRowPayload) => {
    const { segment } = row;
    const mine = session.ledger.submission(segment);
    const open = session.current?.segment === segment ? session.current : null;
    const state: Mark = mine ? (mine.skip_reason === null ? "done" : "skipped") : row.state;
    let mark: Mark = outbox.newest(segment) ? "saving" : state;
    if (session.isKept(segment)) mark = "kept";
    if (session.ledger.refusals.has(segment)) mark = "refused";
    if (session.here === segment) mark = "current";
    const flags = open?.flags ?? mine?.flags ?? row.flags;
    const isHeldBack = row.held_back && !mine && !parts.revealed.has(segment);
    const text = isHeldBack ? "draft held back" : (mine?.text ?? row.text);
    return { mark, flagged: flags.length > 0, text, isHeldBack };
  };

  const showStatus = () => {
    const now_ms = performance.now();
    top.setStatus(
      statusOf({
        link: transport.link,
        outbox: outbox.state(now_ms),
        n_loose: outbox.n_loose + keeper.n_loose,
        n_copied: keeper.n_copied,
        waiting_ms: transport.waiting_ms(now_ms),
        n_kept: session.n_kept,
        n_refused: session.ledger.refusals.size,
        isDirty: session.current?.isDirty ?? false,
        n_saved,
      }),
    );
  };
  const showCounts = (next: CountsPayload) => {
    counts = next;
    top.setCounts(next);
    if (session.phase.kind === "finished") frame.setEmpty(emptyWords(counts, pages.query.filter));
  };
  const showBanner = () => {
    const here = session.current ? session.ledger.refusals.get(session.current.segment) : undefined;
    const any = here ?? [...session.ledger.refusals.values()][0] ?? null;
    banner.show(any, here !== undefined);
  };
  const showFacts = (current: Current) => {
    const { reply } = current.loaded;
    const at = pages.indexOf(current.segment);
    const facts = at === null ? [] : [`no. ${count(at + 1)}`];
    facts.push(...reply.facts);
    if (current.isHeldBack) facts.unshift(`draft held back, ${parts.draftChord()} brings it`);
    if (reply.no_draft !== null) facts.push(`no draft: ${reply.no_draft}`);
    if (reply.opinion?.skip_reason) facts.push(`skipped: ${reply.opinion.skip_reason}`);
    footer.setFacts(facts, reply.draft?.alarms ?? []);
  };
  const showDraft = ({ isHeldBack, loaded: { reply } }: Current) => {
    const key = parts.draftChord();
    // Why, where the eyes are: in the empty box; all else of the page only says that it is so.
    const hint = `The draft is held back: ${reply.held_back}. ${key} brings it.`;
    if (isHeldBack) editor.setDraft(null, { why: "The draft is held back.", hint });
    else editor.setDraft(reply.draft);
  };
  const showText = (current: Current) => {
    const { reply } = current.loaded;
    editor.load(current.content, { duration_s: reply.clip.duration_s, language: reply.language });
    showDraft(current);
  };
  let revealed: string | null = null;
  const showPlace = () => {
    const segment = session.here;
    if (segment === null || segment === revealed) return;
    const at = pages.indexOf(segment);
    if (at === null) return;
    revealed = segment;
    list.reveal(at);
    if (session.current) showFacts(session.current);
  };
  const findPlace = () => {
    showPlace();
    const segment = session.here;
    // The rows that this fetches tell of themselves; a failure shows as trouble of the list.
    if (segment !== null && revealed !== segment) void pages.place(segment).catch(() => null);
  };

  const mayFocus = () => {
    const active = document.activeElement;
    if (root.contains(active)) return !active?.closest(".lw-list, .lw-top, .lw-panel");
    if (!isFirst) return false;
    return !(
      active instanceof HTMLElement &&
      (active.isContentEditable || /^(INPUT|TEXTAREA)$/.test(active.tagName))
    );
  };

  session.on("phase", (phase) => {
    loading();
    frame.setBusy(phase.kind === "opening");
    footer.setEnabled(phase.kind === "open");
    if (phase.kind === "finished") frame.setEmpty(emptyWords(counts, pages.query.filter));
    else frame.setEmpty(phase.kind === "moved" ? MOVED : null);
    footer.say(null);
    parts.typingPause.stop();
    if (phase.kind !== "open") player.pause();
    if (phase.kind !== "open" && phase.kind !== "opening") parts.ahead.take();
    if (phase.kind === "opening") {
      loading = scope.timeout(() => footer.say("Loading the segment …"), LOADING_AFTER_MS);
    } else if (phase.kind === "failed") {
      const wait_ms = retryDelay_ms(phase.failure.code, n_failures);
      n_failures += 1;
      const next = wait_ms === null ? "Go on with another one." : "Trying again.";
      footer.say(`The segment could not be opened: ${phase.failure.message} ${next}`);
      if (wait_ms !== null) loading = scope.timeout(() => session.retry(), wait_ms);
    }
    list.render();
    showBanner();
    showStatus();
  });
  session.on("opened", (current, play) => {
    const { reply, peaks } = current.loaded;
    n_failures = 0;
    player.load(reply.clip, peaks);
    frame.setSoundError(reply.audio_error);
    showText(current);
    editor.setPlayhead(null);
    footer.setFlags(current.flags);
    showFacts(current);
    revealed = null;
    findPlace();
    showBanner();
    if (mayFocus()) editor.focus();
    editor.replay(parts.ahead.take());
    isFirst = false;
    if (play && parts.settings.autoplay && !reply.audio_error) void player.play();
  });
  session.on("draft", (current, isLoaded) => {
    if (isLoaded) showText(current);
    else showDraft(current);
    showFacts(current);
    if (!current.loaded.reply.draft || current.isHeldBack) return;
    footer.say(isLoaded ? "A draft came in." : "A draft came in beside what you typed.");
  });
  session.on("marks", () => {
    if (session.current) footer.setFlags(session.current.flags);
    list.render();
    showBanner();
    showStatus();
  });
  session.on("counts", showCounts);
  session.on("saved", () => {
    n_saved += 1;
    list.render();
    showStatus();
  });
  session.on("refused", (refusal) => {
    showBanner();
    if (session.current?.segment === refusal.submission.segment) editor.focus();
  });
  pages.on("answer", (answer) => showCounts(answer.counts));
  pages.on("change", () => {
    if (pages.total !== null) return showPlace();
    revealed = null;
    findPlace();
  });
  pages.on("trouble", (message) => {
    if (message !== null) scope.timeout(() => list.render(), LIST_RETRY_MS);
  });

  editor.on("change", () => {
    session.touch();
    parts.typingPause.typed();
  });
  editor.on("playFrom", (time_s) => void player.play(time_s));
  editor.on("notice", (text) => footer.say(text));
  player.on("time", (time_s) => {
    editor.setPlayhead(time_s);
    if (player.playing) session.meter.note(Date.now());
  });
  player.on("ended", () => editor.setPlayhead(null));

  let isRefreshDue = false;
  let isLess = false;
  const refresh = () => {
    isRefreshDue = false;
    pages.refresh();
    void session.changed(isLess);
    isLess = false;
    if (session.phase.kind === "finished") void session.openNext(null, false);
  };
  scope.add(
    transport.on("changed", (event) => {
      isLess ||= counts !== null && event.counts.drafted < counts.drafted;
      showCounts(event.counts);
      // Drafts come in by the dozen; one look at the end is enough.
      if (!isRefreshDue) scope.timeout(refresh, REFRESH_MS);
      isRefreshDue = true;
    }),
  );
  scope.add(
    transport.onLink((isAlive) => {
      showStatus();
      if (!isAlive) return;
      session.retry();
      list.render();
    }),
  );
  const showClock = () => {
    worked.note(new Date());
    const { today_ms, sitting_ms } = worked;
    parts.clock.set({ today_ms, sitting_ms, pace: session.pace.factor });
  };
  showClock();
  scope.interval(() => {
    showStatus();
    showClock();
  }, TICK_MS);
  scope.listen(document, "visibilitychange", () => {
    if (document.hidden) session.meter.hide(Date.now());
  });
  return { marksOf, showFacts };
}
