import { describe, expect, it } from "vitest";
import { type AskRows, PAGE_ROWS, RowPages, type RowsAnswer } from "../../src/core/row_pages";
import { Rows } from "../../src/explorer/rows";

const settle = () => new Promise((done) => setTimeout(done));

/** A source of numbers that counts how often it is asked. */
function numbers(n: number) {
  const asked: number[] = [];
  const ask: AskRows<string, RowsAnswer<number>> = async (query, { offset, limit }) => {
    asked.push(offset);
    if (query === "broken") throw new Error("no rows today");
    const length = Math.max(0, Math.min(limit, n - offset));
    return { rows: Array.from({ length }, (_, at) => offset + at), total: n };
  };
  return { ask, asked };
}

describe("rows by pages", () => {
  it("keep the newest pages, and ask again for those that went", async () => {
    const { ask, asked } = numbers(100_000);
    const pages = new RowPages<number, string>(ask, "all");
    for (let page = 0; page < 60; page += 1) {
      pages.want(page * PAGE_ROWS, page * PAGE_ROWS);
      await settle();
    }
    expect(pages.row(59 * PAGE_ROWS)).toBe(59 * PAGE_ROWS);
    expect(pages.row(0)).toBeNull();
    expect(pages.find((row) => row === 3_000)).toBe(3_000);
    expect(pages.find((row) => row === 3)).toBeNull();
    pages.want(0, 0);
    await settle();
    expect(asked.length).toBe(61);
    expect(pages.row(0)).toBe(0);
  });

  it("say that they cannot be read, ask again at the next look, and drop what an older query brings", async () => {
    const { ask, asked } = numbers(10);
    const pages = new RowPages<number, string>(ask, "broken");
    const said: (string | null)[] = [];
    pages.on("trouble", (message) => said.push(message));
    pages.want(0, 5);
    await settle();
    pages.want(0, 5);
    await settle();
    expect(said).toEqual(["no rows today", "no rows today"]);
    pages.want(0, 5);
    pages.setQuery("all");
    await settle();
    expect([pages.total, pages.row(0), said.length]).toEqual([null, null, 2]);
    pages.want(0, 5);
    await settle();
    expect([pages.total, pages.row(9), said.at(-1), asked.length]).toEqual([10, 9, null, 4]);
  });

  it("hold a row of the table of errors that changes in its place", async () => {
    const row = { row: 7, id: "x", values: { "wer:a": 0.5, mark: null } };
    const payload = { rows: [row], total: 1, offset: 0 };
    const transport = { request: async () => ({ payload, buffers: [] }) };
    const query = { sort: "row", descending: false, where: [], search: "", confusion: null };
    const rows = new Rows(transport as never, ["wer:a"], query);
    rows.want(0, 0);
    await settle();
    let nChanges = 0;
    rows.on("change", () => {
      nChanges += 1;
    });
    rows.patch(7, { "wer:a": 0, elsewhere: 1 });
    rows.patch(8, { "wer:a": 1 });
    expect([rows.row(0)?.values, nChanges]).toEqual([{ "wer:a": 0, mark: null }, 1]);
  });
});
