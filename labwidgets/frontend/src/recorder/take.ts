import { newUuid } from "../core/ids";
import type { Scope } from "../core/scope";
import { RequestError, type Transport } from "../core/transport";

const SLICE_MS = 500;
const BITS_PER_S = 128_000;
const TRIES = 5;
const TRY_MS = 20_000;

export interface TakeOptions {
  codecs: readonly string[];
  max_chunk_bytes: number;
}

/**
 * One take: the browser's recorder, and its pieces on their way to the kernel while it still runs. The pieces
 * stay here, so that a line that was down for a while loses nothing.
 */
export class Take {
  readonly id = newUuid();
  private readonly parts: Blob[] = [];
  private readonly recorder: MediaRecorder;
  private n_sent = 0;
  private sending: Promise<void> = Promise.resolve();
  private trouble: Error | null = null;
  private started_ms = 0;

  constructor(
    private readonly scope: Scope,
    private readonly transport: Transport,
    media: MediaStream,
    private readonly options: TakeOptions,
  ) {
    const mimeType = options.codecs.find((type) => MediaRecorder.isTypeSupported(type));
    this.recorder = new MediaRecorder(media, {
      ...(mimeType ? { mimeType } : {}),
      audioBitsPerSecond: BITS_PER_S,
    });
    scope.listen(this.recorder, "dataavailable", (event: Event) => this.take((event as BlobEvent).data));
    scope.add(() => {
      if (this.recorder.state !== "inactive") this.recorder.stop();
    });
  }

  get length_s(): number {
    return this.started_ms ? (performance.now() - this.started_ms) / 1000 : 0;
  }

  /** Resolves when sound really comes in: what is said before is lost. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.scope.listen(this.recorder, "start", () => {
        this.started_ms = performance.now();
        resolve();
      });
      this.scope.listen(this.recorder, "error", () => reject(new Error("The browser stopped recording.")));
      this.recorder.start(SLICE_MS);
    });
  }

  /** Stops, and returns how many pieces the kernel has then. */
  async stop(): Promise<number> {
    if (this.recorder.state !== "inactive") {
      const stopped = new Promise<void>((resolve) => {
        this.scope.listen(this.recorder, "stop", () => resolve());
      });
      this.recorder.stop();
      await stopped;
    }
    await this.sending;
    if (this.trouble) throw this.trouble;
    return this.n_sent;
  }

  /** Stops, and lets all of it go. */
  abandon(): void {
    this.trouble = new Error("The take was thrown away.");
    if (this.recorder.state !== "inactive") this.recorder.stop();
  }

  /** To listen to. */
  sound(): Blob {
    return new Blob(this.parts, { type: this.recorder.mimeType });
  }

  private take(part: Blob): void {
    if (!part.size || this.trouble) return;
    this.parts.push(part);
    this.sending = this.sending
      .then(() => this.send(part))
      .catch((error: Error) => {
        this.trouble ??= error;
      });
  }

  private async send(part: Blob): Promise<void> {
    for (let at = 0; at < part.size; at += this.options.max_chunk_bytes) {
      if (this.trouble) return;
      const piece = await part.slice(at, at + this.options.max_chunk_bytes).arrayBuffer();
      await this.sendPiece(piece);
      this.n_sent += 1;
    }
  }

  private async sendPiece(piece: ArrayBuffer): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        const wanted = { take: this.id, seq: this.n_sent };
        await this.transport.request("take_chunk", wanted, { buffers: [piece], timeoutMs: TRY_MS });
        return;
      } catch (error) {
        const isSlow = error instanceof RequestError && error.code === "timeout";
        if (!isSlow || tries >= TRIES || this.trouble) throw error;
      }
    }
  }
}
