import type { Preferences } from "../core/memory";
import type { Span } from "../core/parts";
import type { FindPayload } from "../core/protocol";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { freshId, h, setText } from "../ui/dom";
import { createFields } from "./fields";
import { type Hit, isReplaceable, spanOf } from "./hits";
import { FindModel } from "./model";
import { createRows } from "./rows";
import type { HitSound } from "./sound";
import { KEYS, summary } from "./words";

/** Around a place: to hear where the word begins and ends; more where its time is only a guess. */
const MARGIN_S = 0.3;
const GUESS_MARGIN_S = 1;
const WIDE_S = 1.5;

export interface FindPanel {
  readonly root: HTMLElement;
  readonly isOpen: boolean;
  /** Opens on what is looked for, where that is known. */
  open(text?: string, replacement?: string): void;
  close(): void;
}

export interface FindParts {
  transport: Transport;
  sound: HitSound;
  preferences: Preferences;
  onOpen: () => void;
  /** The focus goes back to where the work is. */
  onClose: () => void;
  /** The player of the open segment must be silent. */
  onPlay: () => void;
  onShow: (segment: string) => void;
  onMended: (segments: readonly string[]) => void;
  say: (text: string) => void;
}

/** Find and replace over what is not reviewed: each place in its context, each to be heard. */
export function createFindPanel(scope: Scope, parts: FindParts): FindPanel {
  const { sound } = parts;
  const model = new FindModel(parts.transport);
  const title = freshId("find");
  const close = h("button", { type: "button", "aria-label": "Close" }, "×");
  const status = h("p", { class: "lw-find-status", role: "status", "aria-live": "polite" });
  const replaceAll = h("button", { type: "button", class: "lw-find-all" });
  const undo = h("button", { type: "button" }, "Take the replace back");
  const fields = createFields(scope, parts.preferences, {
    onSearch: (isAgain) => void search(isAgain),
    onReplacement: () => rows.render(),
    onDown: () => rows.focus(),
  });
  const rows = createRows(scope, {
    hits: model.hits,
    replacement: () => fields.replacement,
    onPlay: (hit, isWide) => void play(hit, isWide),
    onTick: (hit) => (isReplaceable(hit) ? model.toggle(hit) : tell(hit)),
    onSkip(hit) {
      model.skip(hit);
      rows.next();
    },
    onReplace: (hit) => void replaceOne(hit),
    onOpen(hit) {
      hide();
      parts.onShow(hit.group.segment);
    },
    onReach: (hit) => fields.playsOnMove && void play(hit, false),
    onNearEnd: () => void model.more(),
  });
  const root = h(
    "aside",
    {
      class: "lw-panel lw-find",
      role: "dialog",
      "aria-labelledby": title,
      "data-lw-keys": "own",
      hidden: true,
    },
    h("header", {}, h("h2", { id: title }, "Find and replace in what is not reviewed"), close),
    fields.root,
    status,
    rows.root,
    h("footer", {}, replaceAll, undo, h("span", { class: "lw-find-keys" }, ...KEYS.map(keyHint))),
  );

  const search = async (isAgain: boolean) => {
    const find = fields.find;
    if (find.text.trim() === "") return fields.focus();
    if (!isAgain && isSame(model.searched, find) && model.hits.length > 0) return rows.focus();
    sound.stop();
    await model.search(find);
    if (root.hidden || !isSame(model.searched, find) || model.hits.length === 0) return;
    rows.focus();
    const [first] = model.hits;
    if (first && fields.playsOnMove) void play(first, false);
  };
  const play = async (hit: Hit, isWide: boolean) => {
    parts.onPlay();
    rows.setPlaying(hit);
    try {
      const heard = await sound.play(hit.group.clip, around(hit, isWide));
      if (heard) model.noteHeard(hit, heard);
    } catch (error) {
      setText(status, `It cannot be played: ${error instanceof Error ? error.message : String(error)}`);
    }
    rows.setPlaying(null);
  };
  const tell = (hit: Hit) => {
    const reason =
      hit.group.kind === "imported"
        ? "This text came with the recording: open the segment (O) and correct it there."
        : "This is your submitted text: play the place first (P).";
    setText(status, hit.reason || reason);
  };
  const replaceOne = async (hit: Hit) => {
    if (!isReplaceable(hit)) return tell(hit);
    await model.replaceOne(hit, fields.replacement);
    rows.next();
  };
  const replaceTicked = () => {
    if (model.busy === "replace") model.stop();
    else void model.replaceTicked(fields.replacement);
  };
  const takeBack = async () => {
    const n = await model.undo();
    if (n > 0) parts.say(`${n} ${n === 1 ? "segment is" : "segments are"} as before.`);
  };
  const show = () => {
    setText(status, summary(model));
    rows.render();
    const n = model.ticked.length;
    const isReplacing = model.busy === "replace";
    setText(
      replaceAll,
      isReplacing ? "Stop" : `Replace ${model.hasMore ? "all that fit" : `all ${n} ticked`}`,
    );
    replaceAll.disabled = isReplacing ? false : model.busy !== null || (n === 0 && !model.hasMore);
    undo.hidden = model.undoable === null;
    undo.disabled = model.busy !== null;
    fields.setBusy(model.busy !== null && model.busy !== "search");
  };
  const hide = () => {
    if (root.hidden) return;
    sound.stop();
    model.stop();
    root.hidden = true;
  };
  const leave = () => {
    hide();
    parts.onClose();
  };

  scope.add(model.on("change", show));
  scope.add(model.on("mended", parts.onMended));
  scope.listen(close, "click", leave);
  scope.listen(replaceAll, "click", replaceTicked);
  scope.listen(undo, "click", () => void takeBack());
  scope.listen(root, "keydown", (event) => {
    if (event.isComposing || event.altKey) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key === "Enter") replaceTicked();
    else if (isCommand && event.code === "KeyZ" && !isField(event.target)) void takeBack();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  show();

  return {
    root,
    get isOpen() {
      return !root.hidden;
    },
    open(text, replacement) {
      root.hidden = false;
      parts.onOpen();
      if (text) fields.fill(text, replacement);
      fields.focus();
      if (text && replacement !== undefined) void search(true);
      else show();
    },
    close: leave,
  };
}

function around(hit: Hit, isWide: boolean): Span {
  const [start_s, end_s] = spanOf(hit);
  const margin_s = (hit.place.estimated ? GUESS_MARGIN_S : MARGIN_S) + (isWide ? WIDE_S : 0);
  return [start_s - margin_s, end_s + margin_s];
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type === "text";
}

function isSame(one: FindPayload | null, other: FindPayload): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function keyHint([keys, text]: readonly [string, string]): HTMLElement {
  return h("span", {}, ...keys.split(" ").map((key) => h("kbd", {}, key)), ` ${text}`);
}
