import { type Preferences, preferencesOf, recall, remember } from "../core/memory";
import type { Editor, Player } from "../core/parts";
import type { LabelSettings, QueuePayload, ReadyReply } from "../core/protocol";
import type { Scope } from "../core/scope";
import { addStyles } from "../core/styles";
import type { Transport } from "../core/transport";
import editorCss from "../editor/editor.css";
import { freshId, h } from "../ui/dom";
import { isMac, KeyMap } from "../ui/keys";
import themeCss from "../ui/theme.css";
import { createTypeSize } from "../ui/type_size";
import { createActions } from "./actions";
import { Ahead } from "./ahead";
import { createBanner } from "./banner";
import { createClockwork } from "./clockwork";
import { createFooter } from "./footer";
import { createFrame } from "./frame";
import { joinHandover } from "./handover";
import { createHeightHandle } from "./height";
import { chordText, helpContent } from "./help";
import { createHints } from "./hints";
import { installKeyboard } from "./keyboard";
import labellerCss from "./labeller.css";
import { createList } from "./list";
import { createMemoryOutbox } from "./outbox";
import { Pages } from "./pages";
import { createPanel, readable } from "./panel";
import { SegmentCache } from "./segments";
import { Session } from "./session";
import { createSkipMenu } from "./skip_menu";
import { createTopBar } from "./top_bar";
import { TypedAhead } from "./typed_ahead";
import { createView } from "./view";
import { watch } from "./waiting";
import { FILTER_NAMES, ORDER_NAMES } from "./words";
import { Worked } from "./worked";

export interface LabellerContext {
  el: HTMLElement;
  transport: Transport;
  ready: ReadyReply;
  createPlayer: (
    scope: Scope,
    transport: Transport,
    settings: LabelSettings,
    preferences: Preferences,
  ) => Player;
  createEditor: (scope: Scope, settings: LabelSettings) => Editor;
}

/** Below it the list folds away, as in the styles. */
const NARROW_EM = 69.2;

/** Queue, player and editor as one place to work. */
export function mountLabeller(scope: Scope, context: LabellerContext): void {
  const { el, ready } = context;
  const { settings } = ready;
  const preferences = preferencesOf(ready.annotator);
  const mac = isMac(navigator.platform);
  const transport = watch(context.transport, () => Date.now());
  addStyles(document, "theme", themeCss);
  addStyles(document, "editor", editorCss);
  addStyles(document, "labeller", labellerCss);

  const player = context.createPlayer(scope, transport, settings, preferences);
  const editor = context.createEditor(scope, settings);
  const pages = new Pages(transport, rememberedQuery(ready.project_id));
  const outbox = createMemoryOutbox(scope, transport);
  const cache = new SegmentCache(scope, transport);
  const session = new Session({
    outbox,
    cache,
    ahead: (isTaken) =>
      new Ahead(transport, cache, {
        query: () => pages.query,
        isTaken,
        nTaken: () => outbox.state.n_pending + 1,
        onPrefetched: (clip) => player.prefetch(clip),
      }),
    desk: {
      content: () => editor.content,
      heard: () => player.heard(),
      now: () => Date.now(),
      newId: () => crypto.randomUUID(),
    },
  });

  const focusText = () => editor.focus();
  const skip = (reason: string) => {
    session.submit({ skip_reason: reason });
    focusText();
  };
  const reasons = settings.skip_reasons;
  const skipMenu = createSkipMenu(scope, reasons, { onChoose: skip, onClose: focusText });
  const openSkip = () => {
    if (session.phase.kind !== "open") return;
    if (reasons.length === 0) skip("other");
    else skipMenu.open();
  };
  const submit = () => {
    run("submit_next", false);
    focusText();
  };
  const banner = createBanner(scope, {
    onMine: () => session.resolve("mine"),
    onStored: () => session.resolve("stored"),
    onOpen: (segment) => void session.open(segment, { play: false, isJump: true }),
  });
  const footer = createFooter(scope, {
    flags: settings.flags,
    chord: (action) => chordText(action, settings.keys, mac),
    onFlag: (flag) => session.toggleFlag(flag),
    onSkip: openSkip,
    onSubmit: submit,
  });
  const onQuery = (query: QueuePayload) => {
    remember(`query.${ready.project_id}`, JSON.stringify({ ...query, search: "" }));
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
  });
  const list = createList(scope, {
    pages,
    marksOf: (row) => view.marksOf(row),
    onOpen(segment) {
      void session.open(segment, { isJump: true });
      if (frame.root.getAttribute("data-list") === "open" && isNarrow()) setList("auto");
      focusText();
    },
  });
  const again = h("button", { type: "button" }, "Show the three hints again");
  const expanded = (button: HTMLElement) => ({
    onToggle: (isOpen: boolean) => button.setAttribute("aria-expanded", String(isOpen)),
  });
  const guidelines = createPanel(
    scope,
    "Guidelines",
    readable(settings.guidelines),
    expanded(top.guidelinesButton),
  );
  const help = createPanel(
    scope,
    "Keys",
    [...helpContent(settings.keys, mac), again],
    expanded(top.helpButton),
  );
  const hints = createHints(scope, {
    play: `${chordText("play_pause", settings.keys, mac)} plays and pauses, while you type.`,
    submit: `${chordText("submit_next", settings.keys, mac)} saves and goes on to the next.`,
    keys: "All keys: ? or F1. You never need the mouse.",
  });
  const frame = createFrame({
    top: top.root,
    list: list.root,
    player: player.root,
    editor: editor.root,
    foot: footer.root,
    banner: banner.root,
    over: [skipMenu.root, guidelines.root, help.root, hints.root],
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
    createHeightHandle(scope, frame.root),
  );

  const isNarrow = () =>
    frame.root.clientWidth < NARROW_EM * Number.parseFloat(getComputedStyle(root).fontSize);
  let listState: "auto" | "open" | "closed" = "auto";
  const setList = (state: typeof listState) => {
    listState = state;
    frame.root.setAttribute("data-list", state);
    const isShown = state === "open" || (state === "auto" && !isNarrow());
    top.listButton.setAttribute("aria-expanded", String(isShown));
    list.render();
  };
  const toggleList = () => {
    const isShown = list.root.getClientRects().length > 0;
    setList(isShown ? (isNarrow() ? "auto" : "closed") : isNarrow() ? "open" : "auto");
  };
  const typeSize = createTypeSize(root, preferences, (ui) => {
    list.setScale(ui);
    setList(listState);
  });
  const leave = () => {
    if (skipMenu.isOpen) skipMenu.close();
    else if (help.isOpen) help.toggle(false);
    else if (guidelines.isOpen) guidelines.toggle(false);
    else if (document.activeElement === top.search || list.root.contains(document.activeElement)) focusText();
    else {
      keyboard.leave();
      footer.say("Tab now moves through the page, until you come back to the text.");
    }
  };
  const run = createActions({
    player,
    editor,
    session,
    pages,
    flags: settings.flags,
    say: footer.say,
    skip: openSkip,
    leave,
    toggleList,
    toggleGuidelines: () => guidelines.toggle(),
    typeSize,
    toggleHelp: () => help.toggle(),
    search: () => top.search.focus(),
    onDone: hints.done,
  });
  const ahead = new TypedAhead();
  const keyboard = installKeyboard(scope, {
    root,
    text: editor.root,
    keys: new KeyMap(settings.keys, mac),
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
    transport,
    settings,
    ahead,
    clock,
    worked: new Worked(preferences, () => session.meter.total_ms),
  });

  scope.listen(top.listButton, "click", toggleList);
  scope.listen(top.helpButton, "click", () => run("help", false));
  scope.listen(top.guidelinesButton, "click", () => guidelines.toggle());
  scope.listen(again, "click", () => {
    help.toggle(false);
    hints.restart();
  });
  setList("auto");
  el.replaceChildren(root);
  pages.want(0, 0);
  void session.openNext(null, false);
  joinHandover(scope, JSON.stringify([ready.project_id, ready.annotator]), {
    isDead: () => !transport.alive,
    give: () => session.give(),
    take: (cargo) => session.take(cargo),
  });
}

function rememberedQuery(project_id: string): QueuePayload {
  const start: QueuePayload = { order: "added", filter: "all", search: "" };
  try {
    const found = JSON.parse(recall(`query.${project_id}`) ?? "{}") as Partial<QueuePayload>;
    const isKnown = (found.order ?? "") in ORDER_NAMES && (found.filter ?? "") in FILTER_NAMES;
    return isKnown ? { ...start, ...found } : start;
  } catch {
    return start;
  }
}
