import { Emitter } from "../core/emitter";
import type { SubmitReply, SubmitRequest } from "../core/protocol";
import type { Entry } from "../keep/entry";
import { ActivityMeter, Pace } from "./activity";
import type { Turns } from "./ahead";
import { CrossUndo } from "./cross_undo";
import { assemble, type Current, compose, overlay } from "./current";
import type { Ledger } from "./ledger";
import type { Refusal } from "./outbox";
import { failureOf, isGone } from "./retry";
import type { Phase, SessionEvents, SessionParts } from "./session_types";
import { Unsaved } from "./unsaved";
import { Visits } from "./visits";

/** Which segment is open, what becomes of its text, and what comes next. Knows no DOM. */
export class Session {
  private readonly events = new Emitter<SessionEvents>();
  private readonly visits: Visits;
  readonly unsaved: Unsaved;
  readonly meter = new ActivityMeter();
  readonly pace = new Pace();
  private readonly crossUndo = new CrossUndo();
  private readonly ahead: Turns;
  private ticket = 0;
  /** Nobody has typed or submitted here yet. */
  private isUntouched = true;
  current: Current | null = null;
  phase: Phase = { kind: "opening", segment: null };

  constructor(private readonly parts: SessionParts) {
    const { outbox, keeper, desk } = parts;
    this.unsaved = new Unsaved({ ...desk, outbox, keeper });
    this.visits = new Visits(this.meter, () => desk.heard());
    this.ahead = parts.ahead((id) => id === this.current?.segment || this.ledger.isSubmitted(id));
    outbox.on("acknowledged", (reply, submission) => this.acknowledge(reply, submission));
    outbox.on("refused", (refusal) => this.refuse(refusal));
    outbox.on("elsewhere", (reply) => this.savedElsewhere(reply));
    outbox.on("change", () => this.events.emit("marks"));
  }

  on<E extends keyof SessionEvents>(name: E, listener: (...args: SessionEvents[E]) => void): () => void {
    return this.events.on(name, listener);
  }

  get ledger(): Ledger {
    return this.unsaved.ledger;
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

  /** Opens the first one, unless something is there already. */
  start(): void {
    if (this.ticket === 0) void this.openNext(null, false);
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
      this.show(assemble(loaded, this.unsaved.memory(segment)), play);
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
    const { current } = this;
    if (!current) return;
    const wasDirty = current.isDirty;
    this.isUntouched = false;
    this.unsaved.touch(current);
    if (!wasDirty) this.events.emit("marks");
  }

  toggleFlag(flag: string): void {
    if (!this.current) return;
    const { flags } = this.current;
    this.current.flags = flags.includes(flag) ? flags.filter((other) => other !== flag) : [...flags, flag];
    this.touch();
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
    this.isUntouched = false;
    this.unsaved.submit(current, submission);
    current.loaded = overlay(current.loaded, submission);
    this.parts.cache.put(current.segment, current.loaded);
    this.crossUndo.submitted(current.segment);
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
    this.unsaved.giveUp(this.current);
    this.parts.cache.forget(segment);
    void this.open(segment, { play: false });
  }

  /** A refused text whose segment is gone is given up. */
  discard(segment: string): void {
    const { current } = this;
    if (current?.segment !== segment) {
      this.unsaved.discard(segment);
      this.events.emit("marks");
      return;
    }
    this.unsaved.giveUp(current);
    this.parts.cache.forget(segment);
    void this.openNext(null, false);
  }

  /** The kernel knows more of the open segment by now; its text stays. */
  async refresh(): Promise<void> {
    const { current } = this;
    if (!current) return;
    this.parts.cache.forget(current.segment);
    const loaded = await this.parts.cache.get(current.segment).catch(() => null);
    if (!loaded || this.current !== current) return;
    current.loaded = loaded;
    current.base_revision = Math.max(current.base_revision, loaded.reply.opinion?.revision ?? 0);
    this.events.emit("draft", current, false);
  }

  /** Everything of this person that is not saved is given up. */
  async deleteAll(): Promise<void> {
    const { segment = null } = this.current ?? {};
    await this.unsaved.deleteAll(this.current);
    if (segment !== null) this.parts.cache.forget(segment);
    this.events.emit("marks");
    if (segment !== null) void this.open(segment, { play: false });
  }

  /** Leaves all that is not in the store to other views. */
  async give(): Promise<void> {
    const { current } = this;
    this.ticket += 1;
    this.current = null;
    const given = this.unsaved.give(current);
    this.enter({ kind: "moved" });
    await given;
  }

  /** What another view left. */
  take(entries: Entry[]): void {
    const { segments, here } = this.unsaved.take(entries);
    this.events.emit("marks");
    if (this.current?.isDirty) return;
    const shown = this.here;
    if (here !== null && this.isUntouched) void this.open(here, { play: false, isJump: true });
    else if (shown !== null && segments.includes(shown)) void this.open(shown, { play: false });
  }

  /** Another view, or a draft run, changed something; ``isLess``: there are fewer drafts than before. */
  async changed(isLess = false): Promise<void> {
    const { current } = this;
    await this.parts.cache.forgetUndrafted(isLess);
    if (isLess && current && !current.isDirty && (await this.parts.cache.hasLostDraft(current.loaded)))
      return this.open(current.segment, { play: false });
    if (!current || current.loaded.reply.draft || current.loaded.reply.opinion) return;
    const loaded = await this.parts.cache.get(current.segment).catch(() => null);
    if (!loaded || this.current !== current) return;
    const isLoaded = !current.isDirty && loaded.reply.draft !== null;
    if (isLoaded) this.current = assemble(loaded, this.unsaved.memory(current.segment));
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
    this.unsaved.leave(current);
    this.visits.leave(current.segment);
    this.current = null;
  }

  private acknowledge(reply: SubmitReply, submission: SubmitRequest): void {
    this.unsaved.acknowledge(reply, this.current);
    this.events.emit("counts", reply.counts);
    this.events.emit("saved", submission.segment);
  }

  private savedElsewhere({ segment, counts }: SubmitReply): void {
    this.parts.cache.forget(segment);
    this.events.emit("counts", counts);
    const isShown = this.current?.segment === segment && !this.current.isDirty;
    if (isShown) void this.open(segment, { play: false });
  }

  private refuse(refusal: Refusal): void {
    const { segment } = refusal.submission;
    this.unsaved.refuse(refusal, this.current);
    this.parts.cache.forget(segment);
    if (this.current?.segment !== segment && !isGone(refusal.code)) {
      // Typing must not be torn away: then it waits for the next turn.
      if (this.current?.isDirty) this.ahead.putFirst(segment);
      else void this.open(segment, { play: false, isJump: true });
    }
    this.events.emit("refused", refusal);
  }
}
