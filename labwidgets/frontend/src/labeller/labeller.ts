import { type Action, isSegmentAction } from "../core/parts";
import type { QueuePayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import { addStyles } from "../core/styles";
import editorCss from "../editor/editor.css";
import findCss from "../find/find.css";
import { freshId, h } from "../ui/dom";
import themeCss from "../ui/theme.css";
import { createTypeSize } from "../ui/type_size";
import { createActions } from "./actions";
import { createAnnouncer } from "./announcer";
import { createClockwork } from "./clockwork";
import { createFinding } from "./finding";
import { createFolding } from "./folding";
import { createFrame } from "./frame";
import { createHandingIn } from "./handing_in";
import { createHeightHandle } from "./height";
import { createReveal } from "./held_back";
import { chordText } from "./help";
import { createHotWords } from "./hot_words";
import { installKeyboard } from "./keyboard";
import keysCss from "./keys.css";
import labellerCss from "./labeller.css";
import layersCss from "./layers.css";
import { createList } from "./list";
import { createListening } from "./listening";
import { createOverlays } from "./overlays";
import { rememberQuery } from "./queries";
import { createSafekeeping } from "./safekeeping";
import { createTextHint } from "./text_hint";
import { createTopBar } from "./top_bar";
import { TypedAhead } from "./typed_ahead";
import { createTypingPause } from "./typing_pause";
import { createView } from "./view";
import { createWork, type LabellerContext } from "./work";
import { Worked } from "./worked";
import { createWritingLine } from "./writing_line";

/** Queue, player and editor as one place to work. */
export function mountLabeller(scope: Scope, context: LabellerContext): void {
  addStyles(document, "theme", themeCss);
  addStyles(document, "editor", editorCss);
  addStyles(document, "labeller", labellerCss);
  addStyles(document, "layers", layersCss);
  addStyles(document, "keys", keysCss);
  addStyles(document, "find", findCss);
  const work = createWork(scope, context);
  const { ready, settings, options, bindings, preferences, transport } = work;
  const { player, editor, layers, typing, pages, outbox, session } = work;

  const focusText = () => editor.focus();
  const announcer = createAnnouncer(session, pages);
  const { banner, footer, skip, openSkip } = createHandingIn(scope, {
    work,
    focusText,
    announce: announcer.say,
    openSkipMenu: () => overlays.skipMenu.open(),
    submit: () => run("submit_next", false),
  });
  const onQuery = (query: QueuePayload) => {
    rememberQuery(ready.project_id, query);
    pages.setQuery(query);
    session.requery();
  };
  const clock = createClockwork(scope, preferences);
  const top = createTopBar(scope, {
    project: ready.project,
    annotator: ready.annotator,
    query: pages.query,
    hasGuidelines: settings.guidelines.trim() !== "",
    clock: clock.root,
    onQuery,
    onStatus: (status) => announcer.status(status),
  });
  const list = createList(scope, {
    pages,
    marksOf: (row) => view.marksOf(row),
    onOpen(segment) {
      void session.open(segment, { isJump: true });
      folding.chosen();
      focusText();
    },
  });
  const overlays = createOverlays(scope, {
    options,
    bindings,
    fetchPresets: () => transport.request("keys", {}).then(({ payload }) => payload.presets),
    top,
    onSkip: skip,
    onSkipClosed: focusText,
  });
  const finding = createFinding(scope, work, { focusText, say: (text) => footer.say(text) });
  const kept = createSafekeeping(scope, { work, top, onClosed: focusText });
  const hotWords = createHotWords(scope, work, (text) => footer.say(text));
  const frame = createFrame({
    top: top.root,
    list: list.root,
    player: player.root,
    editor: editor.root,
    foot: footer.root,
    banner: banner.root,
    line: createWritingLine(scope, { editor, session, scripts: settings.scripts, typing }),
    over: [finding.root, ...overlays.roots, kept.root],
  });
  const root = h(
    "div",
    {
      class: "lw lw-labeller",
      role: "region",
      "aria-label": `Labeller, ${ready.project}`,
      id: freshId("labeller"),
    },
    frame.root,
    announcer.root,
    createTextHint(editor.root, bindings),
    createHeightHandle(scope, frame.root),
  );
  const folding = createFolding(scope, frame.root, list, top.listButton);
  const typeSize = createTypeSize(root, preferences, (ui) => {
    list.setScale(ui);
    folding.refresh();
  });

  const leave = () => {
    if (typing.close() || editor.closeTags() || overlays.closeTop()) return;
    if (finding.close() || kept.close()) return;
    if (document.activeElement === top.search || list.root.contains(document.activeElement)) {
      focusText();
      return;
    }
    keyboard.leave();
    footer.say("Tab now moves through the page, until you come back to the text.");
  };
  const run = createActions({
    player,
    editor,
    layers,
    typing,
    session,
    pages,
    flags: settings.flags,
    say: footer.say,
    skip: openSkip,
    leave,
    toggleList: folding.toggle,
    toggleGuidelines: () => overlays.guidelines.toggle(),
    typeSize,
    listening: createListening(player, editor, settings),
    toggleHelp: () => overlays.help.toggle(),
    search: () => top.search.focus(),
    findReplace: () => finding.open(hotWords.offered),
    openRecording: () => session.here !== null && context.show("segments", { segment: session.here }),
    takeSuggestion: hotWords.take,
    dismissSuggestion: hotWords.dismiss,
    reveal: createReveal({
      ...{ session, editor, revealed: work.revealed, say: footer.say },
      onShown(current) {
        view.showFacts(current);
        list.render();
      },
    }),
    onDone: overlays.hints.done,
  });
  const ahead = new TypedAhead();
  const keyboard = installKeyboard(scope, {
    root,
    text: editor.root,
    match: (stroke) => ofQueue(bindings.map.match(stroke)),
    record: (stroke) => overlays.rebinding.record(stroke),
    run,
    isReady: () => session.phase.kind === "open",
    ahead,
    onActivity: () => session.meter.note(Date.now()),
  });
  const view = createView(scope, {
    root,
    frame,
    top,
    list,
    footer,
    banner,
    player,
    editor,
    pages,
    session,
    outbox,
    revealed: work.revealed,
    keeper: work.keeper,
    transport,
    settings,
    ahead,
    clock,
    typingPause: createTypingPause(scope, player, settings),
    draftChord: () => chordText("toggle_draft", bindings.keys, bindings.mac) || "a key of your choice",
    worked: new Worked(preferences, () => session.meter.total_ms),
  });

  hotWords.start();
  session.on("opened", ({ loaded }) => typing.setLanguage(loaded.reply.language));
  scope.listen(top.listButton, "click", folding.toggle);
  scope.listen(top.helpButton, "click", () => run("help", false));
  scope.listen(top.guidelinesButton, "click", () => overlays.guidelines.toggle());
  context.el.replaceChildren(root);
  pages.want(0, 0);
  const first = context.at?.segment ?? null;
  if (first !== null) void session.open(first, { play: false, isJump: true });
  void kept.join();
}

/** Keys for the segments of a recording mean nothing here. */
function ofQueue(action: Action | null): Action | null {
  return action !== null && isSegmentAction(action) ? null : action;
}
