// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { seeded } from "../editor/making";
import { openDesk, SegmentKernel } from "./desk";
import { region } from "./making";

const N_RUNS = 25;
const N_STEPS = 14;

type Desk = ReturnType<typeof openDesk>;

const desks: Desk[] = [];
afterEach(() => {
  for (const desk of desks.splice(0)) desk.scope.dispose();
  document.body.replaceChildren();
});

async function opened(layers: Parameters<typeof openDesk>[1] = [], stored: Record<string, string> = {}) {
  const kernel = new SegmentKernel([
    region("a", 1, 6, { text: "one two three", speaker: "spk1" }),
    region("b", 7, 9, { text: "four five", speaker: "spk2" }),
    region("c", 10, 14, { text: "six", speaker: "spk1" }),
  ]);
  kernel.layers.set("a", stored);
  const desk = openDesk(kernel, layers);
  desks.push(desk);
  await desk.recordingDoc.read();
  await desk.session.open("a");
  return { kernel, ...desk };
}

/** Everything that is on its way has come. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  await new Promise((resolve) => setTimeout(resolve, 0));
}

describe("a segment editor", () => {
  it("splits text and sound at the caret, and joins them again", async () => {
    const { editor, editing, seen, session } = await opened();
    editor.replay([{ kind: "selectAll" }, { kind: "insert", text: "one two" }]);
    editor.focus();
    editing.splitAt(3.5);
    await settled();
    expect(seen().map(([start_s, end_s, , text]) => [start_s, end_s, text])).toEqual([
      [1, 3.5, "one"],
      [3.5, 6, "two"],
      [7, 9, "four five"],
      [10, 14, "six"],
    ]);
    expect(session.current?.segment).not.toBe("a");
    await editing.mergeNext();
    await settled();
    expect(seen()[0]).toEqual([1, 6, "spk1", "one two"]);
  });

  it("cuts further texts by their words, says which are not sure, and brings all of them back", async () => {
    const layers = [
      { name: "plain", rule: ["no_tags", "lower_case"] },
      { name: "numbers", rule: [] },
    ];
    const stored = { plain: "one two three", numbers: "one and two 3" };
    const { kernel, editor, editing, undoing, session, news } = await opened(layers, stored);
    const texts = () => [editor.content.text, editor.content.layers];
    editing.splitAt(2.5);
    await settled();
    expect(news.at(-1)).toBe("“and” in numbers may belong to the other side.");
    expect(texts()).toEqual(["one", { plain: "one", numbers: "one and" }]);
    await editing.mergeNext();
    await settled();
    expect(texts()).toEqual(["one two three", stored]);
    undoing.undo();
    undoing.undo();
    await settled();
    await session.open("a");
    expect(texts()).toEqual(["one two three", stored]);
    expect(kernel.errors).toEqual([]);
  });

  it("tells the kernel nothing of further texts that only follow their rule", async () => {
    const { kernel, editing } = await opened([{ name: "plain", rule: ["lower_case"] }]);
    editing.splitAt(2.5);
    await settled();
    expect([...kernel.layers.keys()]).toEqual(["a"]);
  });

  it("takes back text and boundaries in the order in which they were changed", async () => {
    const { editor, editing, undoing, seen, news } = await opened();
    const states = [seen()];
    const did = async () => {
      await settled();
      states.push(seen());
    };
    editor.replay([{ kind: "insert", text: "zero " }]);
    await did();
    editing.assign("spk3");
    await did();
    editor.replay([{ kind: "insert", text: "and " }]);
    await did();
    editing.splitAt(3);
    await did();
    for (let at = states.length - 2; at >= 0; at -= 1) {
      undoing.undo();
      await settled();
      expect(seen(), `back to ${at}`).toEqual(states[at]);
    }
    undoing.undo();
    await settled();
    expect(news.at(-1)).toBe("Nothing to undo.");
    for (let at = 1; at < states.length; at += 1) {
      undoing.redo();
      await settled();
      expect(seen(), `forth to ${at}`).toEqual(states[at]);
    }
  });

  it("loses no text when somebody else was quicker", async () => {
    const { kernel, editor, editing, session, seen, news } = await opened();
    editor.replay([{ kind: "insert", text: "typed " }]);
    const row = kernel.rows.get("a");
    if (row) kernel.rows.set("a", { ...row, version: 2, end_s: 5 });
    kernel.hold();
    editing.splitAt(3);
    await settled();
    editor.replay([{ kind: "insert", text: "further " }]);
    kernel.letGo();
    await settled();
    expect(news.at(-1)).toContain("not accepted and taken back");
    expect(seen()[0]).toEqual([1, 5, "spk1", "typed one two three"]);
    expect(session.current?.segment).toBe("a");
    // What was typed into the half that never came to be waits to be copied.
    const stranded = [...session.ledger.refusals.values()].map(({ submission }) => submission.text);
    expect(stranded).toHaveLength(1);
    expect(stranded[0]).toContain("further ");
  });

  it("comes back to where it was, whatever was done to texts and segments", { timeout: 60_000 }, async () => {
    for (let run = 0; run < N_RUNS; run += 1) {
      const random = seeded(run);
      const desk = await opened();
      const { editor, editing, undoing, session, recordingDoc, seen, news, kernel } = desk;
      const states = [seen()];
      const done: string[] = [];
      for (let n = 0; n < N_STEPS; n += 1) {
        const rows = recordingDoc.regions.all;
        const row = rows[Math.floor(random() * rows.length)];
        const acts: [string, () => unknown][] = [
          ["type", () => session.current && editor.replay([{ kind: "insert", text: `w${n} ` }])],
          ["open", () => row && session.open(row.segment)],
          ["split", () => editing.active && editing.splitAt(editing.active.start_s + 0.3 + random())],
          ["merge", () => editing.mergeNext()],
          ["delete", () => rows.length > 1 && editing.remove()],
          ["retime", () => editing.active && editing.retime(editing.active, [20 * random(), 21 + random()])],
          ["assign", () => editing.assign(`spk${1 + Math.floor(4 * random())}`)],
          ["rename", () => editing.active?.speaker && editing.rename(editing.active.speaker, `n${n}`)],
          ["create", () => editing.create([50 + 10 * random(), 61])],
        ];
        const [name, act] = acts[Math.floor(random() * acts.length)] as (typeof acts)[number];
        await act();
        await settled();
        done.push(name);
        if (JSON.stringify(seen()) !== JSON.stringify(states.at(-1))) states.push(seen());
      }
      const told = `run ${run}: ${done.join(", ")}`;
      const walk = async (step: () => void, end: string) => {
        for (let n = 0; n < 4 * N_STEPS && news.at(-1) !== end; n += 1) {
          step();
          await settled();
        }
        expect(news.at(-1), told).toBe(end);
      };
      await walk(() => undoing.undo(), "Nothing to undo.");
      expect(seen(), told).toEqual(states[0]);
      await walk(() => undoing.redo(), "Nothing to redo.");
      expect(seen(), told).toEqual(states.at(-1));
      expect(kernel.errors, told).toEqual([]);
      desk.scope.dispose();
      document.body.replaceChildren();
    }
  });
});
