import type { LinkState } from "../../src/core/link";
import type { EditorContent, Span } from "../../src/core/parts";
import type { CountsPayload, EditPayload, SegmentReply, SubmitRequest } from "../../src/core/protocol";
import { Scope } from "../../src/core/scope";
import { RequestError, type Transport } from "../../src/core/transport";
import { joinEstate } from "../../src/keep/estate";
import { Ahead } from "../../src/labeller/ahead";
import { Revealed } from "../../src/labeller/held_back";
import { createKeeper } from "../../src/labeller/keeper";
import { createOutbox } from "../../src/labeller/outbox";
import { SegmentCache } from "../../src/labeller/segments";
import { Session } from "../../src/labeller/session";
import { FakeBrowser } from "../keep/fakes";

export const QUERY = { order: "added", filter: "all", search: "" };

export interface Stored {
  text: string;
  layers?: Record<string, string>;
  revision: number;
  skip_reason: string | null;
}

/** A kernel with `n` segments "s0", "s1", … that keeps submits as the real one does. */
export class FakeKernel {
  readonly stored = new Map<string, Stored>();
  readonly submits: SubmitRequest[] = [];
  language = "en";
  readonly asked: string[] = [];
  readonly known = new Map<string, number>();
  /** What pages had it keep, by segment. */
  readonly kept = new Map<string, EditPayload>();
  /** Codes with which the next submits fail, in order. */
  failures: string[] = [];
  /** Takes the submit but loses the answer. */
  losesAnswer = false;
  keepFailure: string | null = null;
  hasDrafts = true;
  /** Why drafts are held back; empty where they are not. */
  heldBack = "";
  alive = true;
  /** How long it thinks about a submit. */
  delay_ms = 0;
  private held: Promise<void> | null = null;
  letGo = () => {};
  private links = new Set<(alive: boolean) => void>();

  constructor(readonly n: number) {}

  setAlive(alive: boolean): void {
    this.alive = alive;
    for (const listener of this.links) listener(alive);
  }

  /** Answers to submits wait for `letGo`. */
  hold(): void {
    this.held = new Promise((resolve) => {
      this.letGo = resolve;
    });
  }

  readonly transport: Transport = this.makeTransport();

  counts(): CountsPayload {
    const all = [...this.stored.values()];
    const skipped = all.filter(({ skip_reason }) => skip_reason !== null).length;
    const done = all.length - skipped;
    return {
      total: this.n,
      done,
      skipped,
      blocked: 0,
      drafted: 0,
      total_s: 5 * this.n,
      done_s: 5 * done,
      minutes_left: null,
    };
  }

  private makeTransport(): Transport {
    const kernel = this;
    return {
      async request(name, payload) {
        await Promise.resolve();
        if (!kernel.alive) throw new RequestError("gone", "The kernel is gone.");
        kernel.asked.push(name);
        if (name === "submit" && kernel.held) await kernel.held;
        if (name === "submit" && kernel.delay_ms > 0) await later(kernel.delay_ms);
        return { payload: kernel.answer(name, payload as never), buffers: [] } as never;
      },
      on: () => () => {},
      onLink(listener) {
        kernel.links.add(listener);
        return () => kernel.links.delete(listener);
      },
      get alive() {
        return kernel.alive;
      },
      get link(): LinkState {
        return kernel.alive ? "alive" : "gone";
      },
    };
  }

  private answer(name: string, payload: never): unknown {
    if (name === "upcoming") return this.upcoming(payload);
    if (name === "place") {
      const { segment } = payload as { segment: string };
      return { segment, position: Number(segment.slice(1)) };
    }
    if (name === "segment") return this.segment((payload as { segment: string }).segment);
    if (name === "submit") return this.submit(payload);
    if (name === "keep") return this.keep(payload);
    if (name === "queue") return this.queue(payload);
    throw new RequestError("bad_message", `no ${name}`);
  }

  private queue({ offset, limit }: { offset: number; limit: number }) {
    const n = Math.max(0, Math.min(limit, this.n - offset));
    const rows = Array.from({ length: n }, (_, at) => ({
      segment: `s${offset + at}`,
      position: offset + at,
    }));
    return { rows, total: this.n, offset, counts: this.counts() };
  }

  private upcoming({ after, n }: { after: string | null; n: number }) {
    const start = after === null ? 0 : Number(after.slice(1)) + 1;
    const ids = Array.from({ length: Math.max(0, this.n - start) }, (_, at) => `s${start + at}`);
    return { segments: ids.filter((id) => !this.stored.has(id)).slice(0, n) };
  }

  private segment(segment: string): SegmentReply {
    const stored = this.stored.get(segment);
    const draft = this.hasDrafts
      ? {
          id: `d-${segment}`,
          model: "m",
          text: `draft of ${segment}`,
          words: [],
          confidence: 0.5,
          alarms: [],
        }
      : null;
    return {
      segment,
      clip: { id: `c-${segment}`, duration_s: 5, window_s: 10 },
      state: stored ? "done" : "open",
      language: this.language,
      text: stored?.text ?? (this.heldBack ? "" : (draft?.text ?? "")),
      words: [],
      layers: stored?.layers ?? {},
      draft,
      no_draft: draft ? null : "drafting has not reached it",
      held_back: this.heldBack && !stored ? this.heldBack : null,
      opinion: stored ? { layers: {}, ...stored, words: [], flags: [], at_ms: 0 } : null,
      facts: [],
      peaks_bins: 0,
      audio_error: null,
    };
  }

  private keep({ segment, edit }: { segment: string; edit: EditPayload | null }) {
    if (this.keepFailure) throw new RequestError(this.keepFailure, "no");
    if (edit) this.kept.set(segment, edit);
    else this.kept.delete(segment);
    return { segment, kept_at_ms: 1 };
  }

  private submit(sent: SubmitRequest) {
    const failure = this.failures.shift();
    const at = this.stored.get(sent.segment);
    const base = at?.revision ?? 0;
    if (failure) throw new RequestError(failure, `no: ${failure}`);
    const known = this.known.get(sent.event_id);
    if (known === undefined && base !== sent.base_revision) {
      throw new RequestError("stale_revision", "stale", { current_revision: base, stored_text: at?.text });
    }
    const revision = known ?? base + 1;
    if (known === undefined) {
      this.submits.push(sent);
      this.kept.delete(sent.segment);
      this.known.set(sent.event_id, revision);
      this.stored.set(sent.segment, {
        text: sent.text,
        layers: sent.layers,
        revision,
        skip_reason: sent.skip_reason,
      });
    }
    if (this.losesAnswer) {
      this.losesAnswer = false;
      throw new RequestError("timeout", "no answer");
    }
    const { event_id, segment } = sent;
    return {
      event_id,
      segment,
      revision,
      saved_at_ms: 1,
      repeated: known !== undefined,
      counts: this.counts(),
    };
  }
}

export interface DeskOptions {
  kernel?: FakeKernel;
  browser?: FakeBrowser;
  annotator?: string;
  tab?: string;
}

let n_views = 0;

/** A session on a fake kernel, with a box to type into. */
export function makeDesk(n: number, options: DeskOptions = {}) {
  const { kernel = new FakeKernel(n), browser = new FakeBrowser(), annotator = "me" } = options;
  const scope = new Scope();
  const view = `view ${++n_views}`;
  const seat = browser.seat({ project: "corpus", annotator }, view, options.tab ?? view);
  const desk = {
    text: "",
    layers: {} as Record<string, string>,
    heard: [] as Span[],
    now_ms: 0,
    nIds: 0,
    isShown: true,
  };
  const cache = new SegmentCache(scope, kernel.transport);
  const outbox = createOutbox(scope, seat, kernel.transport);
  const keeper = createKeeper(scope, seat, kernel.transport);
  const prefetched: string[] = [];
  const revealed = new Revealed(`project of ${view}`);
  const session = new Session({
    outbox,
    keeper,
    cache,
    ahead: (isTaken) =>
      new Ahead(kernel.transport, cache, {
        query: () => QUERY,
        isTaken,
        nTaken: () => outbox.n_pending + 1,
        onPrefetched: (clip) => prefetched.push(clip.id),
      }),
    desk: {
      content: (): EditorContent => ({ text: desk.text, words: [], layers: desk.layers }),
      heard: () => desk.heard,
      now: () => desk.now_ms,
      newId: () => `${view} e${++desk.nIds}`,
      isRevealed: (segment) => revealed.has(segment),
    },
  });
  const opened: string[] = [];
  session.on("opened", (current) => {
    opened.push(current.segment);
    desk.text = current.content.text;
    desk.layers = current.content.layers ?? {};
    desk.heard = [];
  });
  const type = (text: string) => {
    desk.text = text;
    session.touch();
  };
  /** As the page does it. */
  const join = async () => {
    await joinEstate(scope, seat, {
      isDead: () => kernel.transport.link === "gone",
      isShown: () => desk.isShown,
      give: () => session.give(),
      take: (entries) => session.take(entries),
      hasTyped: (segment) => session.isKept(segment),
    });
    const kept = [...kernel.kept].map(([segment, edit]) => ({ segment, kept_at_ms: 1, edit }));
    const found = await keeper.adopt(kept);
    if (scope.disposed) return;
    session.take(found);
    session.start();
  };
  return {
    kernel,
    browser,
    seat,
    scope,
    desk,
    cache,
    outbox,
    keeper,
    session,
    opened,
    prefetched,
    revealed,
    type,
    join,
  };
}

/** Lets all answers arrive that need no timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn += 1) await Promise.resolve();
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
