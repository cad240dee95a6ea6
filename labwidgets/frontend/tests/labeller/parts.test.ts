import { describe, expect, it } from "vitest";
import type { LinkState } from "../../src/core/link";
import { PAGE_ROWS } from "../../src/core/row_pages";
import { ActivityMeter, Pace } from "../../src/labeller/activity";
import { isActing } from "../../src/labeller/keyboard";
import { Pages } from "../../src/labeller/pages";
import { retryDelay_ms } from "../../src/labeller/retry";
import { areaHeight, ROW_PX, rowsInSight, squeeze, topThatShows } from "../../src/labeller/row_window";
import { statusOf } from "../../src/labeller/status";
import { mergeSpans } from "../../src/labeller/visits";
import { emptyWords, span } from "../../src/labeller/words";
import { FakeKernel, QUERY, settle } from "./fakes";

describe("active time", () => {
  it("counts gaps up to 30 s and leaves longer ones out", () => {
    const meter = new ActivityMeter();
    for (const now_ms of [0, 10_000, 40_000, 70_001, 71_001]) meter.note(now_ms);
    expect(meter.take()).toBe(41_000);
    expect(meter.take()).toBe(0);
  });

  it("does not count a hidden page", () => {
    const meter = new ActivityMeter();
    meter.note(0);
    meter.hide(1_000);
    meter.note(20_000);
    expect(meter.active_ms).toBe(1_000);
  });

  it("gives a pace after three segments only", () => {
    const pace = new Pace();
    pace.add(40_000, 10);
    pace.add(40_000, 10);
    expect(pace.factor).toBeNull();
    pace.add(40_000, 10);
    expect(pace.factor).toBe(4);
  });
});

describe("trying again", () => {
  it("waits longer each time, up to a bound", () => {
    expect([0, 1, 2, 99].map((n) => retryDelay_ms("store", n))).toEqual([500, 1_000, 2_000, 15_000]);
  });

  it("does not wait after a time-out, and gives up where nothing would change", () => {
    expect(retryDelay_ms("timeout", 3)).toBe(0);
    for (const code of ["not_found", "bad_text", "stale_revision"]) expect(retryDelay_ms(code, 0)).toBeNull();
  });
});

describe("the rows of a long list", () => {
  const million = { n_rows: 1_000_000, view_px: 400, row_px: ROW_PX };

  it("stay within what browsers can lay out", () => {
    expect(areaHeight(million)).toBeLessThan(10_000_000);
  });

  it("reach the very last one at the end of the scroll bar", () => {
    const end_px = (areaHeight(million) - million.view_px) * squeeze(million);
    expect(rowsInSight(end_px, million).last).toBe(999_999);
    expect(end_px / ROW_PX + million.view_px / ROW_PX).toBeCloseTo(1_000_000, 3);
  });

  it("are few at any place", () => {
    const { first, last } = rowsInSight(12_345_678, million);
    expect(last - first).toBeLessThan(40);
  });

  it("are not squeezed while they are few", () => {
    expect(squeeze({ n_rows: 600, view_px: 400, row_px: ROW_PX })).toBe(1);
  });

  it("do not move for one that is in sight", () => {
    expect(topThatShows(10, 100, million)).toBe(100);
    expect(topThatShows(0, 500, million)).toBe(0);
  });
});

describe("pages", () => {
  it("asks for the pages in sight once", async () => {
    const kernel = new FakeKernel(1_000);
    const pages = new Pages(kernel.transport, QUERY);
    pages.want(0, 0);
    pages.want(0, 10);
    await settle();
    pages.want(0, 10);
    await settle();
    expect(kernel.asked).toEqual(["queue"]);
    expect(pages.total).toBe(1_000);
    expect(pages.row(PAGE_ROWS - 1)?.segment).toBe("s99");
    expect(pages.row(PAGE_ROWS)).toBeNull();
  });

  it("asks for little while somebody scrolls fast", async () => {
    const kernel = new FakeKernel(1_000_000);
    const pages = new Pages(kernel.transport, QUERY);
    for (let row = 0; row < 1_000_000; row += 1_000) pages.want(row, row + 20);
    await settle();
    expect(kernel.asked.length).toBeLessThanOrEqual(3);
    expect(pages.row(999_000)?.segment).toBe("s999000");
  });

  it("keeps showing rows while newer ones are fetched", async () => {
    const kernel = new FakeKernel(10);
    const pages = new Pages(kernel.transport, QUERY);
    pages.want(0, 5);
    await settle();
    pages.refresh();
    expect(pages.row(0)?.segment).toBe("s0");
    pages.want(0, 5);
    await settle();
    expect(kernel.asked.length).toBe(2);
  });

  it("drops the rows of an older query", async () => {
    const kernel = new FakeKernel(10);
    const pages = new Pages(kernel.transport, QUERY);
    pages.want(0, 5);
    pages.setQuery({ ...QUERY, filter: "done" });
    await settle();
    expect(pages.row(0)).toBeNull();
  });

  it("finds the neighbour of a row, and none beyond the ends", async () => {
    const pages = new Pages(new FakeKernel(150).transport, QUERY);
    expect((await pages.rowAt(100))?.segment).toBe("s100");
    expect(await pages.rowAt(150)).toBeNull();
    expect(await pages.rowAt(-1)).toBeNull();
  });

  it("asks where a far row stands, and brings it in", async () => {
    const kernel = new FakeKernel(5_000);
    const pages = new Pages(kernel.transport, QUERY);
    expect(await pages.place("s4321")).toBe(4_321);
    expect(pages.row(4_321)?.segment).toBe("s4321");
    expect(await pages.place("s4322")).toBe(4_322);
    expect(kernel.asked).toEqual(["place", "queue"]);
  });

  it("says why rows cannot be read", async () => {
    const kernel = new FakeKernel(10);
    kernel.alive = false;
    const pages = new Pages(kernel.transport, QUERY);
    const seen: (string | null)[] = [];
    pages.on("trouble", (message) => seen.push(message));
    pages.want(0, 0);
    await settle();
    expect(seen).toEqual(["The kernel is gone."]);
  });
});

describe("the state in words", () => {
  const calm = {
    link: "alive" as LinkState,
    outbox: { n_pending: 0, waiting_ms: 0, n_failures: 0, reason: null },
    n_loose: 0,
    n_copied: 0,
    waiting_ms: 0,
    n_kept: 0,
    n_refused: 0,
    isDirty: false,
    n_saved: 1,
  };
  const waiting = { n_pending: 2, waiting_ms: 100, n_failures: 0, reason: null };
  const full = { ...waiting, n_failures: 1, reason: "disk full" };

  it.each([
    ["saved", calm],
    ["ready", { ...calm, n_saved: 0 }],
    ["saving", { ...calm, outbox: waiting }],
    ["kernel busy", { ...calm, waiting_ms: 4_000 }],
    ["kernel busy; kept in this browser, not saved yet: 2", { ...calm, outbox: waiting, waiting_ms: 4_000 }],
    [
      "kernel busy; kept in this browser, not saved yet: 2",
      { ...calm, outbox: { ...waiting, waiting_ms: 4_000 } },
    ],
    ["kept in this browser, not saved yet: 2 (disk full)", { ...calm, outbox: full }],
    ["kept in this page only, not saved yet: 2 (disk full)", { ...calm, outbox: full, n_loose: 1 }],
    [
      "kernel gone, 3 edits kept in this browser: run the cell again",
      { ...calm, link: "gone" as LinkState, n_kept: 1, outbox: waiting },
    ],
    ["kernel gone: run the cell again", { ...calm, link: "gone" as LinkState }],
    ["no connection, 1 edit kept in this browser", { ...calm, link: "away" as LinkState, n_kept: 1 }],
    [
      "kernel gone, 1 edit kept in this page only: run the cell again",
      { ...calm, link: "gone" as LinkState, n_kept: 1, n_loose: 1 },
    ],
    [
      "kernel gone, 1 edit kept in the project: run the cell again",
      { ...calm, link: "gone" as LinkState, n_kept: 1, n_copied: 1 },
    ],
    ["edited, not submitted, kept in the project", { ...calm, n_kept: 1, isDirty: true, n_copied: 1 }],
    ["no connection", { ...calm, link: "away" as LinkState }],
    ["1 edit not accepted", { ...calm, n_refused: 1 }],
    ["edited, not submitted", { ...calm, n_kept: 1, isDirty: true }],
    ["2 edits not submitted", { ...calm, n_kept: 2, isDirty: true }],
  ])("%s", (text, input) => {
    expect(statusOf(input).text).toBe(text);
  });

  it("never says saved while something is on its way", () => {
    expect(statusOf({ ...calm, outbox: waiting }).tone).not.toBe("ok");
  });
});

describe("words for an end", () => {
  const counts = {
    total: 10,
    done: 8,
    skipped: 1,
    blocked: 1,
    drafted: 9,
    total_s: 60,
    done_s: 50,
    minutes_left: 90,
  };

  it("tell an empty project from a finished one", () => {
    expect(emptyWords({ ...counts, total: 0 }, "all").title).toBe("There is nothing in this project yet");
    expect(emptyWords(counts, "all").title).toBe("Nothing left to do");
    expect(emptyWords({ ...counts, done: 5 }, "done").title).toBe("Nothing left to do in this view");
  });

  it.each([
    [6.23, "6.2 s"],
    [1_860, "31 min"],
    [7_560, "2.1 h"],
  ])("write %d s for people", (time_s, text) => {
    expect(span(time_s)).toBe(text);
  });
});

it("merges what was heard twice", () => {
  const heard = mergeSpans([
    [3, 4],
    [0, 1],
    [0.5, 2],
  ]);
  expect(heard).toEqual([
    [0, 2],
    [3, 4],
  ]);
});

describe("where a key acts", () => {
  const stroke = (key: string, more = {}) => ({
    key,
    code: "",
    ctrlKey: false,
    altKey: false,
    shiftKey: false,
    metaKey: false,
    isComposing: false,
    ...more,
  });

  it("Tab plays in the text only, until Esc gives it back", () => {
    expect(isActing("play_pause", stroke("Tab"), "text", false)).toBe(true);
    expect(isActing("play_pause", stroke("Tab"), "text", true)).toBe(false);
    expect(isActing("play_pause", stroke("Tab"), "other", false)).toBe(false);
  });

  it("? types in texts and fields, and helps elsewhere", () => {
    expect(isActing("help", stroke("?"), "text", false)).toBe(false);
    expect(isActing("help", stroke("?"), "field", false)).toBe(false);
    expect(isActing("help", stroke("?"), "other", false)).toBe(true);
    expect(isActing("help", stroke("F1"), "text", false)).toBe(true);
  });

  it("undo stays with the search field while that has the focus", () => {
    expect(isActing("undo", stroke("z", { ctrlKey: true }), "field", false)).toBe(false);
    expect(isActing("undo", stroke("z", { ctrlKey: true }), "text", false)).toBe(true);
  });
});
