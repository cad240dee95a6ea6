import { describe, expect, it } from "vitest";
import type { FindPayload, FoundPayload, ReplaceRequest } from "../../src/core/protocol";
import { RequestError, type Transport } from "../../src/core/transport";
import type { Hit } from "../../src/find/hits";
import { FindModel } from "../../src/find/model";
import { summary } from "../../src/find/words";

const CAT: FindPayload = {
  text: "cat",
  whole_word: false,
  match_case: false,
  match_accents: false,
  own: true,
};

interface Text {
  text: string;
  kind: FoundPayload["kind"];
  version: number;
}

/** A kernel that finds "cat", a page of `page` segments at a time, and replaces as the real one does. */
class FakeTexts {
  readonly texts = new Map<string, Text>();
  readonly before = new Map<string, string>();
  readonly requests: ReplaceRequest[] = [];
  failure: RequestError | null = null;

  constructor(
    texts: string[],
    readonly page = 50,
    kinds: FoundPayload["kind"][] = [],
  ) {
    for (const [at, text] of texts.entries())
      this.texts.set(`s${at}`, { text, kind: kinds[at] ?? "draft", version: 1 });
  }

  readonly transport = {
    request: async (name: string, payload: never) => {
      await Promise.resolve();
      if (this.failure) throw this.failure;
      const answers: Record<string, (payload: never) => unknown> = {
        find: (asked: { after: string | null }) => this.find(asked.after),
        replace: (asked: ReplaceRequest) => this.replace(asked),
        undo_replace: () => this.undo(),
      };
      return { payload: answers[name]?.(payload), buffers: [] };
    },
  } as unknown as Transport;

  private found(segment: string): FoundPayload {
    const { text, kind, version } = this.texts.get(segment) as Text;
    const hits = [...text.matchAll(/cat/g)].map(({ index }) => ({
      start: index,
      before: text.slice(0, index),
      text: "cat",
      after: text.slice(index + 3),
      start_s: index,
      end_s: index + 1,
      estimated: false,
    }));
    const clip = { id: segment, duration_s: 20, window_s: 10 };
    return { segment, clip, kind, base: String(version), hits };
  }

  private find(after: string | null) {
    const all = [...this.texts.keys()].map((key) => this.found(key)).filter(({ hits }) => hits.length > 0);
    const from = after === null ? 0 : all.findIndex(({ segment }) => segment > after);
    const found = from < 0 ? [] : all.slice(from, from + this.page);
    const last = found.at(-1);
    const isEnd = last === undefined || last === all.at(-1);
    return {
      found,
      after: isEnd ? null : last.segment,
      n_segments: after === null ? all.length : null,
      undoable: after === null && this.before.size > 0 ? "r1" : null,
    };
  }

  private replace(asked: ReplaceRequest) {
    this.requests.push(asked);
    const done = asked.items.map(({ segment, base, starts }) => {
      const now = this.texts.get(segment) as Text;
      if (base !== String(now.version)) return { found: this.found(segment), n: 0, refused: "It changed." };
      if (!this.before.has(segment)) this.before.set(segment, now.text);
      for (const start of [...starts].sort((a, b) => b - a)) {
        now.text = now.text.slice(0, start) + asked.replacement + now.text.slice(start + 3);
      }
      now.version += 1;
      return { found: this.found(segment), n: starts.length, refused: "" };
    });
    return { replace: "r1", done };
  }

  private undo() {
    const [first] = this.before;
    if (!first) return { segments: [], n_left: 0 };
    this.before.delete(first[0]);
    const now = this.texts.get(first[0]) as Text;
    now.text = first[1];
    now.version += 1;
    return { segments: [first[0]], n_left: this.before.size };
  }

  get all(): string[] {
    return [...this.texts.values()].map(({ text }) => text);
  }
}

async function found(texts: FakeTexts): Promise<FindModel> {
  const model = new FindModel(texts.transport);
  await model.search(CAT);
  return model;
}

describe("finding", () => {
  it("lists each place of each segment and counts the segments", async () => {
    const model = await found(new FakeTexts(["a cat, a cat", "dog", "cat"]));
    expect(model.hits.map(({ group, place }) => [group.segment, place.start])).toEqual([
      ["s0", 2],
      ["s0", 9],
      ["s2", 0],
    ]);
    expect(summary(model)).toBe("3 places in 2 segments, 0 heard.");
  });

  it("goes on page by page when the end comes near", async () => {
    const model = await found(new FakeTexts(["cat 0", "cat 1", "cat 2"], 2));
    expect(summary(model)).toContain("the first 2 of up to 3 segments");
    await model.more();
    expect(model.hits).toHaveLength(3);
    expect(model.hasMore).toBe(false);
  });

  it("says what went wrong and can try again", async () => {
    const texts = new FakeTexts(["cat"]);
    texts.failure = new RequestError("bad_text", "There is nothing to look for.");
    const model = await found(texts);
    expect(summary(model)).toContain("There is nothing to look for.");
    texts.failure = null;
    await model.search(CAT);
    expect(model.hits).toHaveLength(1);
  });

  it("keeps the newest search when answers overlap", async () => {
    const model = new FindModel(new FakeTexts(["cat"]).transport);
    const first = model.search({ ...CAT, text: "old" });
    await Promise.all([first, model.search(CAT)]);
    expect(model.searched).toEqual(CAT);
    expect(model.hits).toHaveLength(1);
    expect(model.busy).toBeNull();
  });
});

describe("replacing", () => {
  it("replaces one place and follows the others of its segment to where they stand then", async () => {
    const texts = new FakeTexts(["cat cat cat"]);
    const model = await found(texts);
    const [first, second, third] = model.hits as [Hit, Hit, Hit];
    await model.replaceOne(second, "horse");
    expect(texts.all).toEqual(["cat horse cat"]);
    expect([first, second, third].map(({ state, place }) => [state, place.start])).toEqual([
      ["waiting", 0],
      ["replaced", 4],
      ["waiting", 10],
    ]);
    await model.replaceOne(third, "horse");
    await model.replaceOne(first, "horse");
    expect(texts.all).toEqual(["horse horse horse"]);
    expect(texts.requests.map(({ replace }) => replace)).toEqual([null, "r1", "r1"]);
  });

  it("replaces all that are ticked, also of the pages not seen yet, and none that was skipped", async () => {
    const texts = new FakeTexts(["cat 0", "cat 1", "cat 2", "cat 3"], 2);
    const model = await found(texts);
    model.skip(model.hits[0] as Hit);
    await model.replaceTicked("dog");
    expect(texts.all).toEqual(["cat 0", "dog 1", "dog 2", "dog 3"]);
    expect(model.n_replaced).toBe(3);
  });

  it("leaves what changed meanwhile and says so at the place", async () => {
    const texts = new FakeTexts(["cat 0", "cat 1"]);
    const model = await found(texts);
    (texts.texts.get("s0") as Text).version += 1;
    await model.replaceTicked("dog");
    expect(texts.all).toEqual(["cat 0", "dog 1"]);
    expect(model.hits.map(({ state, reason }) => [state, reason])).toEqual([
      ["refused", "It changed."],
      ["replaced", ""],
    ]);
    expect(summary(model)).toBe(
      "2 places in 2 segments, 0 heard, 1 replaced, 1 not: the reason stands in the row.",
    );
  });

  it("takes the whole of it back and looks again", async () => {
    const texts = new FakeTexts(["cat cat", "cat"]);
    const model = await found(texts);
    const mended: string[][] = [];
    model.on("mended", (segments) => void mended.push([...segments]));
    await model.replaceTicked("dog");
    expect(await model.undo()).toBe(2);
    expect(texts.all).toEqual(["cat cat", "cat"]);
    expect(mended).toEqual([["s0", "s1"], ["s0"], ["s1"]]);
    expect(model.hits.every(({ state }) => state === "waiting")).toBe(true);
    expect(model.undoable).toBeNull();
  });
});

describe("hearing", () => {
  it("is needed before an own text changes, and enough of the place must have sounded", async () => {
    const texts = new FakeTexts(["my cat"], 50, ["own"]);
    const model = await found(texts);
    const [hit] = model.hits as [Hit];
    expect(hit.isTicked).toBe(false);
    await model.replaceOne(hit, "dog");
    model.noteHeard(hit, [0, 3.5]);
    expect(hit.isHeard).toBe(false);
    model.noteHeard(hit, [3.4, 4.2]);
    expect([hit.isHeard, hit.isTicked]).toEqual([true, true]);
    await model.replaceTicked("dog");
    expect(texts.all).toEqual(["my dog"]);
    expect(texts.requests[0]?.items[0]?.heard).toEqual([
      [0, 3.5],
      [3.4, 4.2],
    ]);
  });

  it("does not make a text that came with the recording replaceable", async () => {
    const texts = new FakeTexts(["given cat"], 50, ["imported"]);
    const model = await found(texts);
    const [hit] = model.hits as [Hit];
    model.noteHeard(hit, [0, 20]);
    model.toggle(hit, true);
    await model.replaceTicked("dog");
    expect(texts.all).toEqual(["given cat"]);
    expect(texts.requests).toEqual([]);
  });
});
