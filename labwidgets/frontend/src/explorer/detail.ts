import { newUuid } from "../core/ids";
import type { Player } from "../core/parts";
import type { LabelSettings } from "../core/protocol";
import type { UtteranceReply, Verdict } from "../core/protocol_errors";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { createPlayer } from "../player/player";
import { h, setAttribute, setText } from "../ui/dom";
import { type Chosen, createAlignment } from "./alignment";
import { createMend } from "./mend";
import { spanOf, widened } from "./stacks";
import { VERDICTS } from "./words";

const N_BINS = 1500;
/** Around a word that was measured, and around one whose place was worked out. */
const MARGIN_S = 0.06;
const CONTEXT_S = 1.2;

export interface DetailParts {
  transport: Transport;
  settings: LabelSettings;
  hasSound: boolean;
  /** A row changed: what it is now. */
  onChanged: (reply: UtteranceReply, isMended: boolean) => void;
  onNotice: (text: string, isTrouble?: boolean) => void;
  onClose: () => void;
}

export interface Detail {
  readonly root: HTMLElement;
  readonly isMending: boolean;
  /** The reference will be open to mend as soon as its row is there. */
  readonly isAboutToMend: boolean;
  readonly chosen: Chosen | null;
  /** Null: another row was chosen, and nobody knows yet which. */
  choose(row: number | null): void;
  /** At once, or when the chosen row is there; never on another one. */
  whenShown(act: () => void): void;
  step(by: 1 | -1, onlyDifferences: boolean): void;
  playWord(): void;
  playAround(): void;
  playWhole(): void;
  mark(mark: Verdict | null): Promise<void>;
  mend(): void;
  save(): Promise<void>;
  leave(): boolean;
}

/** The open row: words against words, the sound, the marks, and the reference to mend. */
export function createDetail(scope: Scope, parts: DetailParts): Detail {
  const { transport, settings, hasSound, onChanged, onNotice } = parts;
  let reply: UtteranceReply | null = null;
  /** The row that was chosen last; the one that is shown may still be the one before. */
  let wanted: number | null = null;
  let opening: Promise<void> = Promise.resolve();
  let nAsked = 0;
  let nShown = 0;
  let isSaving = false;
  let isAboutToMend = false;
  const player = hasSound ? createPlayer(scope, transport, settings) : null;
  const noSound = h("p", { class: "lw-x-nosound", hidden: true });
  const alignment = createAlignment(scope, (chosen) => play(chosen, MARGIN_S));
  const mend = createMend(scope, settings, { onSave: () => void save(), onClose: parts.onClose, onNotice });
  const verdicts = VERDICTS.map(({ mark, name }, at) => {
    const button = h(
      "button",
      { type: "button", "aria-pressed": "false" },
      h("span", { class: "lw-key" }, String(at + 1)),
      name,
    );
    scope.listen(button, "click", () => {
      whenShown(() => void setMark(reply?.values.mark === mark ? null : mark));
    });
    return { mark, button };
  });
  const edit = h("button", { type: "button" }, h("span", { class: "lw-key" }, "E"), "mend reference");
  scope.listen(edit, "click", () => open());
  const bar = h(
    "div",
    { class: "lw-x-verdicts", role: "group", "aria-label": "Marks" },
    ...verdicts.map(({ button }) => button),
    edit,
  );
  const root = h(
    "section",
    { class: "lw-x-detail", "aria-label": "Open row", hidden: true },
    bar,
    mend.root,
    alignment.root,
    player?.root ?? null,
    noSound,
  );

  const play = (chosen: Chosen | null, margin_s: number) => {
    const span = chosen && spanOf(chosen.stack);
    if (!player || !span || !reply?.clip) return;
    void player.play(...widened(span, margin_s, reply.clip.duration_s));
  };

  const show = (next: UtteranceReply) => {
    reply = next;
    root.hidden = false;
    alignment.show(next);
    for (const { mark, button } of verdicts)
      setAttribute(button, "aria-pressed", String(next.values.mark === mark));
  };

  const isShown = () => reply !== null && reply.row === wanted;
  const whenShown = (act: () => void) => {
    const row = wanted;
    if (isShown()) act();
    else void opening.then(() => row === wanted && isShown() && act());
  };
  const ask = async (row: number) => {
    nAsked += 1;
    const mine = nAsked;
    const answer = await transport.request("utterance", { row, n_bins: N_BINS });
    // Of the row that is chosen by now, and no older than what is shown.
    const isFit = row === wanted && mine > nShown && !scope.disposed;
    if (isFit) nShown = mine;
    return { ...answer, isFit };
  };

  const openRow = async (row: number) => {
    try {
      const { payload, buffers, isFit } = await ask(row);
      if (!isFit) return;
      mend.close();
      show(payload);
      showSound(player, payload, buffers[0], noSound);
    } catch (error) {
      if (row !== wanted) return;
      isAboutToMend = false;
      onNotice(error instanceof Error ? error.message : String(error), true);
    }
  };
  const choose = (row: number | null) => {
    if (reply && mend.isOpen && mend.content.text !== reply.reference) {
      onNotice("The open reference is not saved: Ctrl+Enter saves it, Esc leaves it as it was.", true);
      return;
    }
    wanted = row;
    isAboutToMend = false;
    if (row !== null) opening = openRow(row);
  };

  const refresh = async (row: number, isMended: boolean) => {
    const { payload, isFit } = await ask(row);
    if (isFit) show(payload);
    if (!scope.disposed) onChanged(payload, isMended);
  };

  const setMark = async (mark: Verdict | null) => {
    const row = wanted;
    if (row === null) return onNotice("The row is still on its way: nothing is marked.", true);
    try {
      await transport.request("mark", { row, mark });
      await refresh(row, false);
      const name = VERDICTS.find((one) => one.mark === mark)?.name;
      onNotice(name ? `Marked: ${name}.` : "The mark is taken back.");
    } catch (error) {
      onNotice(error instanceof Error ? error.message : String(error), true);
    }
  };

  const open = () => {
    isAboutToMend = wanted !== null;
    whenShown(() => {
      if (!reply || !isAboutToMend) return;
      isAboutToMend = false;
      player?.pause();
      mend.open(reply);
    });
  };

  const save = async () => {
    if (!reply || isSaving || mend.composing) return;
    const { row } = reply;
    const { text, words } = mend.content;
    isSaving = true;
    mend.setBusy(true);
    try {
      const { payload } = await transport.request("mend", { event_id: newUuid(), row, text, words });
      mend.close();
      await refresh(row, true);
      const where = payload.revision === null ? "in this table" : `as revision ${payload.revision}`;
      const whose = payload.counts ? "" : " The project goes on with a text of somebody else.";
      onNotice(`The reference is saved ${where}.${whose}`);
    } catch (error) {
      onNotice(error instanceof Error ? error.message : String(error), true);
    } finally {
      isSaving = false;
      mend.setBusy(false);
    }
  };

  return {
    root,
    get isMending() {
      return mend.isOpen;
    },
    get isAboutToMend() {
      return isAboutToMend;
    },
    get chosen() {
      return alignment.chosen;
    },
    choose,
    whenShown,
    step: (by, onlyDifferences) => whenShown(() => play(alignment.step(by, onlyDifferences), MARGIN_S)),
    playWord: () => whenShown(() => play(alignment.chosen, MARGIN_S)),
    playAround: () => whenShown(() => play(alignment.chosen, CONTEXT_S)),
    playWhole: () => whenShown(() => void (player?.playing ? player.pause() : player?.play(0))),
    mark: setMark,
    mend: open,
    save,
    leave() {
      const wasOpen = mend.isOpen || isAboutToMend;
      isAboutToMend = false;
      mend.close();
      return wasOpen;
    },
  };
}

function showSound(
  player: Player | null,
  { clip, audio_error }: UtteranceReply,
  peaks: ArrayBuffer | undefined,
  noSound: HTMLElement,
): void {
  if (!player) return;
  player.pause();
  player.root.hidden = clip === null;
  noSound.hidden = clip !== null;
  setText(noSound, `There is no sound. ${audio_error ?? ""}`);
  if (clip) player.load(clip, peaks ? new Int8Array(peaks) : null);
}
