import type { LinkState } from "./link";
import type { EventName, Events, RequestName, Requests } from "./protocol";

export interface Reply<N extends RequestName> {
  payload: Requests[N][1];
  buffers: ArrayBuffer[];
}

export interface RequestOptions {
  /** Aborting rejects at once and tells the kernel that nobody waits any more. */
  signal?: AbortSignal;
  /** Rejects with code "timeout" after that long; 0 waits for ever. Default 60 s. */
  timeoutMs?: number;
  /** What goes along as it is, 1 MiB in all at the most. */
  buffers?: ArrayBuffer[];
}

/** Why a request failed: `code` from the kernel, or "timeout", "aborted", "gone" from this side. */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = "RequestError";
  }

  /** Each bundle has its own copy of this class, and errors cross from one to the other. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "RequestError" && "code" in value;
  }
}

/** The way to whoever holds the data: a Jupyter comm today, HTTP in a later implementation. */
export interface Transport {
  request<N extends RequestName>(
    name: N,
    payload: Requests[N][0],
    options?: RequestOptions,
  ): Promise<Reply<N>>;
  /** Returns its own undo. */
  on<E extends EventName>(name: E, listener: (payload: Events[E]) => void): () => void;
  /** Called with false when the kernel is gone, true when it answers again. Returns its own undo. */
  onLink(listener: (alive: boolean) => void): () => void;
  readonly alive: boolean;
  /** Why it is not alive. */
  readonly link: LinkState;
}
