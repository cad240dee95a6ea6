import type { Editor, EditorContent, Span } from "../core/parts";
import type { LayerPayload } from "../core/protocol";
import { applyRules } from "../editor/rules";
import type { SegmentCache } from "../labeller/segments";
import type { Session } from "../labeller/session";
import { type Cut, cutAt, cutAtTime, joined, type Piece } from "./cutting";
import type { RecordingDocument } from "./document";
import * as edits from "./edits";
import type { TypedText } from "./history";
import { LEAST_S, type Region } from "./regions";
import { pauseAt } from "./silence";
import type { Undoing } from "./undoing";

/** What a segment made by key gets where nobody speaks, s. */
const NEW_S = 3;

export interface EditingParts {
  editor: Editor;
  session: Session;
  cache: SegmentCache;
  recordingDoc: RecordingDocument;
  undoing: Undoing;
  making: edits.Making;
  speech: () => readonly Span[];
  layers: readonly LayerPayload[];
  /** Where a new segment goes; `atHand`: the channel of the open one. */
  channel: (atHand: number | undefined) => number;
  say: (text: string) => void;
}

/** What keys and the pointer do to segments: at once on the page, one step of undo each, on its way to the kernel. */
export class Editing {
  constructor(private readonly parts: EditingParts) {}

  get active(): Region | null {
    const { session, recordingDoc } = this.parts;
    return session.here === null ? null : recordingDoc.regions.get(session.here);
  }

  /** `speaker` undefined: that of the segment at hand. */
  create(span: Span, speaker?: string | null): void {
    const { making, channel, say } = this.parts;
    const usable = edits.usable(span, making.duration_s);
    if (!usable) {
      say(`Too short: at least ${LEAST_S * 1000} ms.`);
      return;
    }
    const who = speaker === undefined ? (this.active?.speaker ?? null) : speaker;
    const edit = edits.create(making, usable, { channel: channel(this.active?.channel), speaker: who });
    this.run(edit);
  }

  /** The speech at a time that is no segment yet; where nobody speaks, a few seconds. */
  createAt(time_s: number): void {
    const { making, recordingDoc, speech } = this.parts;
    const spoken = speech().find(([start_s, end_s]) => end_s > time_s && start_s < time_s + 1);
    const around = recordingDoc.regions;
    const next_s = around.from(time_s + LEAST_S)?.start_s ?? making.duration_s;
    const before_s = Math.max(0, ...around.between(0, time_s).map(({ end_s }) => Math.min(end_s, time_s)));
    const start_s = Math.max(before_s, spoken ? Math.min(time_s, spoken[0]) : time_s);
    const wanted_s = spoken ? Math.max(spoken[1], time_s + LEAST_S) : time_s + NEW_S;
    this.create([start_s, Math.min(next_s, wanted_s)]);
  }

  retime(region: Region, span: Span): boolean {
    const { making, say } = this.parts;
    const usable = edits.usable(span, making.duration_s);
    if (!usable) {
      say(`Too short: at least ${LEAST_S * 1000} ms.`);
      return false;
    }
    if (usable[0] === region.start_s && usable[1] === region.end_s) return false;
    this.run(edits.retime(making, region, usable, null));
    return true;
  }

  splitAtCaret(): void {
    const { editor, speech, say } = this.parts;
    const region = this.active;
    if (!region || editor.composing) return;
    const duration_s = region.end_s - region.start_s;
    const cut = cutAt(editor.content, editor.caret, duration_s);
    // The pause between the two words, where one is heard there.
    const at_s = region.start_s + cut.time_s;
    const pause = pauseAt(at_s, speech(), region.end_s);
    const middle_s = pause && pause[1] - pause[0] < 2 ? (pause[0] + pause[1]) / 2 : at_s;
    const isInside = middle_s > region.start_s + LEAST_S && middle_s < region.end_s - LEAST_S;
    this.split(region, cut, isInside ? middle_s - region.start_s : cut.time_s);
    if (!cut.left.text || !cut.right.text) say("One side has no text.");
  }

  splitAt(time_s: number): void {
    const region = this.active;
    if (!region) return;
    const at_s = time_s - region.start_s;
    if (at_s < LEAST_S || time_s > region.end_s - LEAST_S) {
      this.parts.say("The playhead is outside of the segment.");
      return;
    }
    this.split(region, cutAtTime(this.parts.editor.content, at_s, region.end_s - region.start_s), at_s);
  }

  async mergeNext(): Promise<void> {
    const { recordingDoc, making, say } = this.parts;
    const region = this.active;
    const next = region && this.nextOf(region);
    if (!region || !next) return say("There is no segment behind it.");
    const sides = [await this.contentOf(region), await this.contentOf(next)];
    if (this.active?.segment !== region.segment || !recordingDoc.regions.get(next.segment)) return;
    const known = sides.filter((side) => side !== null).map((side) => this.layered(side));
    const whole = known.length === 2 ? joined(known, [region.start_s, next.start_s]) : null;
    const content = whole && this.told([whole], [region, next].flatMap(this.storedLayers))[0];
    const edit = edits.merge(making, [region, next], content);
    if (edit) this.run(edit);
  }

  remove(): void {
    const region = this.active;
    if (region) this.run(edits.remove(this.parts.making, [region]));
  }

  assign(speaker: string | null): void {
    const region = this.active;
    if (!region || region.speaker === speaker) return;
    if (speaker !== null) this.parts.recordingDoc.speakers.add(speaker);
    this.run(edits.assign(this.parts.making, [region], speaker));
  }

  rename(from: string, to: string): void {
    const { making, recordingDoc } = this.parts;
    if (from === to || !to) return;
    this.run(edits.rename(making, recordingDoc.regions.all, from, to));
  }

  private split(region: Region, { left, right, astride }: Cut, at_s: number): void {
    const { making, say } = this.parts;
    const time_s = region.start_s + at_s;
    this.run(edits.split(making, region, time_s, this.told([left, right], this.storedLayers(region))));
    if (astride.length > 0) say(`${astride.join(", ")} may belong to the other side.`);
  }

  /** Names of the further texts that the kernel has of a segment, as far as this page saw them. */
  private readonly storedLayers = ({ segment }: Region): string[] => {
    const { session, cache } = this.parts;
    const { current } = session;
    const reply = current?.segment === segment ? current.loaded.reply : cache.seen(segment);
    return Object.keys(reply?.layers ?? {});
  };

  /** With all further texts: those that nobody wrote start from their rule. */
  private layered(piece: Piece): Piece {
    const texts = this.parts.layers.map(({ name, rule }) => [
      name,
      piece.layers?.[name] ?? applyRules(piece.text, rule),
    ]);
    return { ...piece, layers: Object.fromEntries(texts) };
  }

  /** With those further texts that were stored before, or that do not follow their rule in all of the pieces. */
  private told<Pieces extends Piece[]>(pieces: [...Pieces], stored: readonly string[]): Pieces {
    const names = this.parts.layers
      .filter(({ name, rule }) => {
        const follows = ({ text, layers }: Piece) => (layers?.[name] ?? "") === applyRules(text, rule);
        return stored.includes(name) || !pieces.every(follows);
      })
      .map(({ name }) => name);
    return pieces.map(({ layers, ...piece }) => {
      const kept = names.map((name) => [name, layers?.[name] ?? ""]);
      return names.length > 0 ? { ...piece, layers: Object.fromEntries(kept) } : piece;
    }) as Pieces;
  }

  /** Behind a segment: the next that starts later, or as late. */
  nextOf(region: Region): Region | null {
    const { all } = this.parts.recordingDoc.regions;
    return all[this.parts.recordingDoc.regions.indexOf(region.segment) + 1] ?? null;
  }

  private async contentOf({ segment }: Region): Promise<Piece | null> {
    const { editor, session, cache } = this.parts;
    if (session.current?.segment === segment) return editor.content;
    const typed = session.ledger.kept.get(segment)?.content ?? session.ledger.submission(segment);
    if (typed) return typed;
    const loaded = await cache.get(segment).catch(() => null);
    return loaded?.reply ?? null;
  }

  private run(edit: edits.Edit): void {
    const { undoing } = this.parts;
    undoing.closeVisit();
    const typed = this.typedOf(edit);
    undoing.did(edit, typed);
    undoing.apply(edit, typed);
  }

  /** Texts that go with their segments and were not submitted: undo brings them back. */
  private typedOf({ before, after }: edits.Edit): TypedText[] {
    const { session, editor } = this.parts;
    const stays = new Set(after.map(({ segment }) => segment));
    return before.flatMap(({ segment }): TypedText[] => {
      if (stays.has(segment) || !session.isKept(segment)) return [];
      const isHere = session.current?.segment === segment;
      const content: EditorContent | undefined = isHere
        ? editor.content
        : session.ledger.kept.get(segment)?.content;
      return content ? [{ segment, content }] : [];
    });
  }
}
