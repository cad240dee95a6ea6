import { Emitter } from "../core/emitter";
import type { CheckTakeReply, StudioReply } from "../core/protocol_takes";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import type { Microphone, MicState } from "./microphone";
import { Take } from "./take";
import { ASKING, AWAY, BACK, cutTake, DECIDE, kernelGone, MUTED, UNPLUGGED } from "./words";

/** ready: nothing recorded; good, refused: a take waits for a decision; gone: the kernel is. */
export type Phase = "ready" | "opening" | "recording" | "checking" | "good" | "refused" | "keeping" | "gone";

export interface Finding {
  reply: CheckTakeReply;
  peaks: Int8Array | null;
  sound: Blob;
}

const N_BINS = 800;
/** Longer than this nobody waits for a decoder. */
const CHECK_MS = 60_000;
const SILENT_DB = -50;
const SILENT_AFTER_S = 2.5;
/** What is lost at the end is only quiet; the recorder gives its last piece a little late. */
const TAIL_MS = 150;

/** One line at a time: record, look at it, keep it or not. */
export class Desk {
  readonly events = new Emitter<{ change: []; kept: [number: number]; move: [number: number] }>();
  phase: Phase = "ready";
  /** What is the case, in words. */
  message = "";
  isTrouble = false;
  number: number;
  n_kept: number;
  found: Finding | null = null;
  private take: Take | null = null;
  private life: Scope | null = null;
  private loudest = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly scope: Scope,
    private readonly transport: Transport,
    private readonly microphone: Microphone,
    private readonly studio: StudioReply,
  ) {
    this.number = studio.number ?? 0;
    this.n_kept = studio.n_kept;
    scope.add(microphone.events.on("change", (state) => this.heard(state)));
    scope.add(transport.onLink((alive) => this.linked(alive)));
  }

  get length_s(): number {
    return this.take?.length_s ?? 0;
  }

  /** Whether something is under way that a key must not cut across. */
  get isBusy(): boolean {
    return this.phase === "opening" || this.phase === "checking" || this.phase === "keeping";
  }

  /** Space: begins a take, or ends it. */
  async toggle(): Promise<void> {
    if (this.phase === "recording") return this.finish();
    if (this.isBusy || this.phase === "gone") return;
    this.forget();
    this.become("opening", this.microphone.state === "on" ? "Get ready …" : ASKING);
    try {
      await this.microphone.open();
      const { stream, state } = this.microphone;
      if (state === "muted" || !stream) return this.become("ready", MUTED, true);
      this.life = this.scope.child();
      const take = new Take(this.life, this.transport, stream, this.studio);
      this.take = take;
      this.loudest = Number.NEGATIVE_INFINITY;
      await take.start();
      if (this.take !== take) return;
      this.become("recording", "Recording. Read the line; Space ends it.");
      this.life.timeout(() => void this.finish(), this.studio.max_take_s * 1000);
    } catch (error) {
      if (this.isGone()) return;
      this.forget();
      this.become("ready", (error as Error).message, true);
    }
  }

  /** Enter: what was found good goes into the project, and the next line comes. */
  async keep(): Promise<void> {
    const { take } = this;
    if (this.phase !== "good" || !take) return;
    this.become("keeping", "Keeping …");
    try {
      const { payload } = await this.transport.request(
        "keep_take",
        { take: take.id },
        { timeoutMs: CHECK_MS },
      );
      const { number, next, n_kept } = payload;
      this.n_kept = n_kept;
      this.forget();
      this.events.emit("kept", number);
      const rest = next === null ? "Every line has a take." : "";
      this.phase = "ready";
      if (next !== null) this.goTo(next);
      this.become("ready", `Kept line ${number + 1}: it is on disk. ${rest}`.trim());
    } catch (error) {
      if (this.isGone()) return;
      this.become("good", `Not kept yet. ${(error as Error).message}`, true);
    }
  }

  /** R: away with it, and once more. */
  async redo(): Promise<void> {
    if (this.isBusy || this.phase === "gone") return;
    this.discard();
    await this.toggle();
  }

  /** Esc: away with it; says whether there was anything. */
  discard(): boolean {
    if (!this.take || this.isBusy) return false;
    this.forget();
    this.become("ready", "Thrown away. Space records it anew.");
    return true;
  }

  /** Another line; what was not kept of this one goes. */
  goTo(number: number): void {
    if (this.isBusy || this.phase === "recording" || this.phase === "gone") return;
    if (this.phase === "good") {
      this.become("good", DECIDE, true);
      return;
    }
    this.number = Math.min(Math.max(0, number), this.studio.n_prompts - 1);
    this.forget();
    this.events.emit("move", this.number);
    this.become("ready", "");
  }

  /** Called on each frame while recording. */
  listen(level_db: number | null): void {
    if (this.phase !== "recording" || level_db === null) return;
    this.loudest = Math.max(this.loudest, level_db);
    const isQuiet = this.loudest < SILENT_DB && this.length_s > SILENT_AFTER_S;
    const said = isQuiet
      ? "Recording, but nothing is heard. Is the microphone on?"
      : "Recording. Read the line; Space ends it.";
    if (said !== this.message) this.become("recording", said, isQuiet);
  }

  private async finish(): Promise<void> {
    const { take, number } = this;
    if (!take) return;
    this.become("checking", "Looking at it …");
    try {
      await new Promise<void>((resolve) => this.life?.timeout(resolve, TAIL_MS));
      const n_chunks = await take.stop();
      const wanted = { take: take.id, number, n_chunks, n_bins: N_BINS };
      const { payload, buffers } = await this.transport.request("check_take", wanted, {
        timeoutMs: CHECK_MS,
      });
      if (this.take !== take) return;
      const [bytes] = buffers;
      this.found = { reply: payload, peaks: bytes ? new Int8Array(bytes) : null, sound: take.sound() };
      const isGood = payload.trouble === null;
      const next = isGood ? "Enter keeps it." : "Not kept: R records it again.";
      this.become(isGood ? "good" : "refused", `${payload.message} ${next}`, !isGood);
    } catch (error) {
      if (this.take !== take || this.isGone()) return;
      this.forget();
      this.become("ready", `${(error as Error).message} Space records it anew.`, true);
    }
  }

  private heard(state: MicState): void {
    if (state === "on" && this.message === MUTED) this.become("ready", "");
    if (state !== "muted" && state !== "unplugged") return;
    if (this.phase === "recording") {
      const said = cutTake(state, this.length_s);
      this.forget();
      this.become("ready", said, true);
    } else if (this.phase === "ready") {
      this.become("ready", state === "muted" ? MUTED : UNPLUGGED, true);
    }
  }

  private linked(alive: boolean): void {
    if (this.transport.link === "gone") {
      const cut = this.phase === "recording" ? `${cutTake("gone", this.length_s)} ` : "";
      this.forget();
      this.become("gone", cut + kernelGone(this.n_kept), true);
    } else if (this.phase === "ready") {
      this.become("ready", alive ? BACK : AWAY, !alive);
    }
  }

  private isGone(): boolean {
    return this.phase === "gone";
  }

  private forget(): void {
    const { take } = this;
    this.take = null;
    this.found = null;
    take?.abandon();
    this.life?.dispose();
    this.life = null;
    if (take && this.transport.alive) {
      this.transport.request("drop_take", { take: take.id }).catch(() => undefined);
    }
  }

  private become(phase: Phase, message: string, isTrouble = false): void {
    this.phase = phase;
    this.message = message;
    this.isTrouble = isTrouble;
    this.events.emit("change");
  }
}
