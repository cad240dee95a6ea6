import { Emitter } from "../core/emitter";
import type { EditorContent, Span } from "../core/parts";
import type { CountsPayload, SubmitReply, SubmitRequest } from "../core/protocol";
import { ActivityMeter, Pace } from "./activity";
import type { Ahead } from "./ahead";
import { CrossUndo } from "./cross_undo";
import { assemble, type Current, compose, overlay } from "./current";
import type { Cargo } from "./handover";
import { Ledger } from "./ledger";
import type { Outbox, Refusal } from "./outbox";
import { type Failure, failureOf } from "./retry";
import type { SegmentCache } from "./segments";
import { Visits } from "./visits";

export type Phase =
  | { kind: "opening"; segment: string | null }
  | { kind: "open" }
  | { kind: "finished" }
  /** Another view has taken over what was not saved. */
  | { kind: "moved" }
  | { kind: "failed"; segment: string | null; failure: Failure };

export type SessionEvents = {
  phase: [phase: Phase];
  opened: [current: Current, play: boolean];
  /** A draft came in for the open segment; `isLoaded` when it went into the box. */
  draft: [current: Current, isLoaded: boolean];
  /** Something that is shown of segments changed: pending, kept, refused, flags. */
  marks: [];
  counts: [counts: CountsPayload];
  saved: [segment: string];
  refused: [refusal: Refusal];
};

/** What the session reads from the screen. */
export interface Desk {
  content(): EditorContent;
  heard(): Span[];
  now(): number;
  newId(): string;
}

export interface SessionParts {
  outbox: Outbox;
  cache: SegmentCache;
  ahead: (isTaken: (segment: string) => boolean) => Ahead;
  desk: Desk;
}

/** Which segment is open, what becomes of its text, and what comes next. Knows no DOM. */
export class Session {
  private readonly events = new Emitter<SessionEvents>();
  private readonly visits: Visits;
  readonly ledger = new Ledger();
  readonly meter = new ActivityMeter();
  readonly pace = new Pace();
  private readonly crossUndo = new CrossUndo();
  private readonly ahead: Ahead;
  private ticket = 0;
  current: Current | null = null;
  phase: Phase = { kind: "opening", segment: null };

  constructor(private readonly parts: SessionParts) {
    this.visits = new Visits(this.meter, () => parts.desk.heard());
    this.ahead = parts.ahead((id) => id === this.current?.segment || this.ledger.isSubmitted(id));
    parts.outbox.on("acknowledged", (reply, submission) => this.acknowledge(reply, submission));
    parts.outbox.on("refused", (refusal) => this.refuse(refusal));
    parts.outbox.on("change", () => this.events.emit("marks"));
  }

  on<E extends keyof SessionEvents>(name: E, listener: (...args: SessionEvents[E]) => void): () => void {
    return this.events.on(name, listener);
  }

  /** The segment that is open, or about to be. */
  get here(): string | null {
    return this.current?.segment ?? (this.phase.kind === "opening" ? this.phase.segment : null);
  }

  /** Segments with typed text that was not submitted, the open one included. */
  get n_kept(): number {
    const { kept } = this.ledger;
    const isCounted = this.current?.isDirty && !kept.has(this.current.segment);
    return kept.size + (isCounted ? 1 : 0);
  }

  isKept(segment: string): boolean {
    return this.ledger.kept.has(segment) || (this.current?.segment === segment && this.current.isDirty);
  }

  /** Opens what comes after `after` in the queue (null: from its start). */
  async openNext(after: string | null, play: boolean): Promise<void> {
    const found = this.ahead.next(after);
    if (typeof found === "string") return this.open(found, { play });
    this.leave();
    const ticket = ++this.ticket;
    this.enter({ kind: "opening", segment: null });
    try {
      const segment = await found;
      if (ticket !== this.ticket) return;
      if (segment !== null) return this.open(segment, { play });
      this.current = null;
      this.enter({ kind: "finished" });
    } catch (error) {
      if (ticket === this.ticket) this.enter({ kind: "failed", segment: null, failure: failureOf(error) });
    }
  }

  async open(segment: string, { play = true, isJump = false } = {}): Promise<void> {
    this.leave();
    const ticket = ++this.ticket;
    this.enter({ kind: "opening", segment });
    try {
      const loaded = await this.parts.cache.get(segment);
      if (ticket !== this.ticket) return;
      this.show(assemble(loaded, this.memory(segment)), play);
      void this.ahead.follow(segment, isJump);
    } catch (error) {
      if (ticket === this.ticket) this.enter({ kind: "failed", segment, failure: failureOf(error) });
    }
  }

  /** Tries again what failed. */
  retry(): void {
    if (this.phase.kind !== "failed") return;
    if (this.phase.segment === null) void this.openNext(null, false);
    else void this.open(this.phase.segment, { play: false });
  }

  touch(): void {
    if (!this.current || this.current.isDirty) return;
    this.current.isDirty = true;
    this.events.emit("marks");
  }

  toggleFlag(flag: string): void {
    if (!this.current) return;
    const { flags } = this.current;
    this.current.flags = flags.includes(flag) ? flags.filter((other) => other !== flag) : [...flags, flag];
    this.current.isDirty = true;
    this.events.emit("marks");
  }

  /** Hands the text over and goes on at once; false when nothing is open. */
  submit({ stay = false, skip_reason = null as string | null } = {}): boolean {
    const current = this.current;
    if (!current || this.phase.kind !== "open") return false;
    const { desk } = this.parts;
    const submission = compose(current, {
      event_id: desk.newId(),
      content: desk.content(),
      visit: this.visits.soFar(current.segment),
      now_ms: desk.now(),
      skip_reason,
    });
    this.visits.forget(current.segment);
    if (!this.ledger.submission(current.segment) && skip_reason === null) {
      this.pace.add(submission.active_ms, current.loaded.reply.clip.duration_s);
    }
    this.ledger.submit(submission);
    current.isDirty = false;
    current.loaded = overlay(current.loaded, submission);
    this.parts.cache.put(current.segment, current.loaded);
    this.crossUndo.submitted(current.segment);
    this.parts.outbox.put(submission);
    if (!stay) void this.openNext(current.segment, true);
    return true;
  }

  /** Back to the segment submitted last; false when there is none. */
  undoSubmit(): boolean {
    return this.reopen(this.crossUndo.back(this.current?.segment ?? null));
  }

  redoSubmit(): boolean {
    return this.reopen(this.crossUndo.forward());
  }

  /** Both texts are there: submit mine on top of the stored one, or take the stored one. */
  resolve(choice: "mine" | "stored"): void {
    const { ledger } = this;
    const segment = this.current?.segment;
    if (!this.current || !segment || !ledger.refusals.has(segment)) return;
    if (choice === "mine") {
      this.current.base_revision = Math.max(this.current.base_revision, ledger.revision(segment));
      this.submit();
      return;
    }
    this.current.isDirty = false;
    ledger.giveUp(segment);
    this.parts.cache.forget(segment);
    void this.open(segment, { play: false });
  }

  /** All that is not on disk, for another view to take over; nothing is left here. */
  give(): Cargo {
    const here = this.here;
    this.leave();
    const cargo = { submissions: this.parts.outbox.give(), kept: [...this.ledger.kept], here };
    this.ledger.kept.clear();
    this.enter({ kind: "moved" });
    return cargo;
  }

  /** What another view did not bring to the disk. Nothing typed here since is overwritten. */
  take({ submissions, kept, here }: Cargo): void {
    for (const submission of submissions) {
      if (!this.isKept(submission.segment)) this.ledger.submit(submission);
      this.parts.outbox.put(submission);
    }
    for (const [segment, text] of kept) {
      if (!this.isKept(segment)) this.ledger.kept.set(segment, text);
    }
    this.events.emit("marks");
    if (here !== null && !this.current?.isDirty) void this.open(here, { play: false, isJump: true });
  }

  /** Another view, or a draft run, changed something. */
  async changed(): Promise<void> {
    await this.parts.cache.forgetUndrafted();
    const current = this.current;
    if (!current || current.loaded.reply.draft || current.loaded.reply.opinion) return;
    const loaded = await this.parts.cache.get(current.segment).catch(() => null);
    if (!loaded || this.current !== current) return;
    const isLoaded = !current.isDirty && loaded.reply.draft !== null;
    if (isLoaded) this.current = assemble(loaded, this.memory(current.segment));
    else current.loaded = loaded;
    this.events.emit("draft", this.current, isLoaded);
  }

  /** Another query: what was known of the order no longer holds. */
  requery(): void {
    this.ahead.forget();
    if (this.current) void this.ahead.follow(this.current.segment, true);
    else void this.openNext(null, false);
  }

  private reopen(segment: string | null): boolean {
    if (segment === null) return false;
    void this.open(segment, { play: false, isJump: true });
    return true;
  }

  private memory(segment: string) {
    return this.ledger.memory(segment, this.parts.outbox.newest(segment));
  }

  private enter(phase: Phase): void {
    this.phase = phase;
    this.events.emit("phase", phase);
  }

  private show(current: Current, play: boolean): void {
    this.current = current;
    this.enter({ kind: "open" });
    this.events.emit("opened", current, play);
  }

  private leave(): void {
    const current = this.current;
    if (!current) return;
    const { desk } = this.parts;
    if (current.isDirty) {
      this.ledger.kept.set(current.segment, { content: desk.content(), flags: current.flags });
    }
    this.visits.leave(current.segment);
    this.current = null;
  }

  private acknowledge(reply: SubmitReply, submission: SubmitRequest): void {
    this.ledger.acknowledge(reply);
    if (this.current?.segment === reply.segment) this.current.base_revision = reply.revision;
    this.events.emit("counts", reply.counts);
    this.events.emit("saved", submission.segment);
  }

  private refuse(refusal: Refusal): void {
    const { segment, text, words, layers, flags } = refusal.submission;
    this.ledger.refuse(refusal);
    this.parts.cache.forget(segment);
    if (this.current?.segment === segment) {
      this.current.isDirty = true;
    } else {
      const { kept } = this.ledger;
      if (!kept.has(segment)) kept.set(segment, { content: { text, words, layers }, flags });
      // Typing must not be torn away: then it waits for the next turn.
      if (this.current?.isDirty) this.ahead.putFirst(segment);
      else void this.open(segment, { play: false, isJump: true });
    }
    this.events.emit("refused", refusal);
  }
}
