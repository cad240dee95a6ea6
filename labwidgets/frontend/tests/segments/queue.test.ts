import { describe, expect, it, vi } from "vitest";
import type { ChangeSegmentsRequest, RegionPayload } from "../../src/core/protocol";
import { Scope } from "../../src/core/scope";
import { RequestError, type Transport } from "../../src/core/transport";
import { RecordingDocument } from "../../src/segments/document";
import { type Making, remove, retime, split } from "../../src/segments/edits";
import { openParcelShelf } from "../../src/segments/parcels";
import { ChangeQueue } from "../../src/segments/queue";
import type { Region } from "../../src/segments/regions";
import { region } from "./making";

/** Keeps segments as the kernel does: each change once, on what the page saw. */
class FakeKernel {
  rows = new Map<string, RegionPayload>();
  readonly known = new Map<string, unknown>();
  readonly changes: ChangeSegmentsRequest[] = [];
  alive = true;
  losesAnswer = false;
  private links = new Set<(alive: boolean) => void>();

  constructor(rows: readonly Region[]) {
    Object.defineProperty(this.transport, "alive", { get: () => this.alive });
    for (const row of rows) this.rows.set(row.segment, { ...row });
  }

  setAlive(alive: boolean): void {
    this.alive = alive;
    for (const listener of this.links) listener(alive);
  }

  readonly transport = {
    request: async (name: string, payload: never) => {
      await Promise.resolve();
      if (!this.alive) throw new RequestError("gone", "gone");
      return { payload: this.answer(name, payload), buffers: [] };
    },
    on: () => () => {},
    onLink: (listener: (alive: boolean) => void) => {
      this.links.add(listener);
      return () => this.links.delete(listener);
    },
    link: "alive",
  } as unknown as Transport;

  private answer(name: string, payload: never): unknown {
    if (name === "regions") return { recording: "rec", regions: [...this.rows.values()] };
    const change = payload as ChangeSegmentsRequest;
    const known = this.known.get(change.change_id);
    if (known) return known;
    const stale = change.segments.some(({ segment, version }) => this.rows.get(segment)?.version !== version);
    if (stale) throw new RequestError("stale_segments", "changed meanwhile");
    this.changes.push(change);
    const reply = this.apply(change);
    this.known.set(change.change_id, reply);
    if (this.losesAnswer) {
      this.losesAnswer = false;
      throw new RequestError("timeout", "no answer");
    }
    return reply;
  }

  private apply({ change_id, kind, segments, pieces }: ChangeSegmentsRequest): unknown {
    const rows = pieces.map((piece) => {
      const before = this.rows.get(piece.segment);
      const { start_s, end_s } = piece;
      const version = (before?.version ?? 0) + 1;
      return {
        ...region(piece.segment, start_s, end_s),
        ...before,
        start_s,
        end_s,
        version,
      } as RegionPayload;
    });
    const retired = kind === "retime" ? [] : segments.map(({ segment }) => segment);
    for (const segment of retired) this.rows.delete(segment);
    for (const row of rows) this.rows.set(row.segment, row);
    return { change_id, retired, rows };
  }
}

let n_ids = 0;
const making: Making = { recording: "rec", duration_s: 60, newId: () => `id${++n_ids}`, now_ms: () => 0 };

class FakeStorage {
  [name: string]: unknown;
  setItem(name: string, value: string): void {
    this[name] = value;
  }
  getItem(name: string): string | null {
    return (this[name] as string | undefined) ?? null;
  }
  removeItem(name: string): void {
    delete this[name];
  }
}

function open(kernel: FakeKernel, storage: Storage = new FakeStorage() as unknown as Storage) {
  const scope = new Scope();
  const shelf = openParcelShelf("me", storage);
  const queue = new ChangeQueue(scope, {
    transport: kernel.transport,
    shelf,
    version: (segment) => recordingDoc.version(segment),
    isBusy: () => false,
  });
  const recordingDoc = new RecordingDocument(scope, { recording: "rec", transport: kernel.transport, queue });
  return { scope, queue, shelf, recordingDoc };
}

const ids = (rows: Iterable<{ segment: string }>) => [...rows].map(({ segment }) => segment).sort();

describe("changes on their way", () => {
  it("are shown at once, sent in order, and each knows the versions of the one before", async () => {
    const kernel = new FakeKernel([region("a", 0, 4), region("b", 5, 6)]);
    const { recordingDoc, queue } = open(kernel);
    await recordingDoc.read();
    const a = () => recordingDoc.regions.get("a") as Region;
    recordingDoc.do(retime(making, a(), [0, 3], null));
    recordingDoc.do(retime(making, a(), [0.5, 3], null));
    const edit = split(making, a(), 2, null);
    recordingDoc.do(edit);
    expect(ids(recordingDoc.regions.all)).toEqual(ids([...edit.after, region("b", 5, 6)]));
    await vi.waitFor(() => expect(queue.pending).toHaveLength(0));
    expect(kernel.changes.map(({ segments }) => segments[0]?.version)).toEqual([1, 2, 3]);
    expect(ids(kernel.rows.values())).toEqual(ids(recordingDoc.regions.all));
  });

  it("survive a dead line, a lost answer and a reload without doubles", async () => {
    const kernel = new FakeKernel([region("a", 0, 4)]);
    const storage = new FakeStorage() as unknown as Storage;
    const first = open(kernel, storage);
    await first.recordingDoc.read();
    kernel.losesAnswer = true;
    first.recordingDoc.do(split(making, first.recordingDoc.regions.get("a") as Region, 2, null));
    await vi.waitFor(() => expect(kernel.changes).toHaveLength(1));
    kernel.setAlive(false);
    first.recordingDoc.do(remove(making, [first.recordingDoc.regions.all[0] as Region]));
    expect(first.queue.pending).toHaveLength(2);
    first.scope.dispose();

    kernel.setAlive(true);
    const second = open(kernel, storage);
    await second.recordingDoc.read();
    expect(second.queue.adopt()).toHaveLength(2);
    await vi.waitFor(() => expect(second.queue.pending).toHaveLength(0));
    expect(kernel.changes.map(({ kind }) => kind)).toEqual(["split", "delete"]);
    expect(second.recordingDoc.regions.all).toHaveLength(1);
    expect(second.shelf.all()).toEqual([]);
  });

  it("that are refused go with all that was built on them, and the rows are read anew", async () => {
    const kernel = new FakeKernel([region("a", 0, 4), region("b", 5, 6)]);
    const { recordingDoc, queue } = open(kernel);
    await recordingDoc.read();
    const row = kernel.rows.get("a") as RegionPayload;
    kernel.rows.set("a", { ...row, version: 7, end_s: 3.5 });
    const refused: string[][] = [];
    recordingDoc.on("refused", (parcels) => refused.push(parcels.map(({ edit }) => edit.change.kind)));
    const edit = split(making, recordingDoc.regions.get("a") as Region, 2, null);
    recordingDoc.do(edit);
    recordingDoc.do(retime(making, edit.after[0] as Region, [0.2, 2], null));
    recordingDoc.do(retime(making, recordingDoc.regions.get("b") as Region, [5, 7], null));
    await vi.waitFor(() => expect(queue.pending).toHaveLength(0));
    await vi.waitFor(() => expect(recordingDoc.regions.get("a")?.end_s).toBe(3.5));
    expect(refused).toEqual([["split", "retime"]]);
    expect(recordingDoc.regions.get("b")?.end_s).toBe(7);
  });
});
