import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { joinHandover } from "../../src/labeller/handover";
import { makeDesk, settle } from "./fakes";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

type Made = ReturnType<typeof makeDesk>;

function join({ scope, session, kernel }: Made, key: string): void {
  joinHandover(scope, key, {
    isDead: () => !kernel.alive,
    give: () => session.give(),
    take: (cargo) => session.take(cargo),
  });
}

async function started(key: string) {
  const made = makeDesk(4);
  await made.session.openNext(null, false);
  await settle();
  join(made, key);
  await settle();
  return made;
}

/** A view whose kernel died with one submit on its way and one text half typed. */
async function died(key: string) {
  const made = await started(key);
  made.kernel.setAlive(false);
  made.type("submitted too late");
  made.session.submit();
  await settle();
  made.type("half a");
  return made;
}

describe("what a view leaves behind", () => {
  it("is saved once by the view that comes after it", async () => {
    const old = await died("a");
    const next = await started("a");
    expect(next.kernel.stored.get("s0")?.text).toBe("submitted too late");
    expect(next.kernel.submits.length).toBe(1);
    expect(old.session.n_kept).toBe(0);
    expect(old.outbox.state.n_pending).toBe(0);
  });

  it("waits while there is no view", async () => {
    const old = await died("b");
    old.scope.dispose();
    const next = await started("b");
    expect(next.kernel.submits.map(({ text }) => text)).toEqual(["submitted too late"]);
  });

  it("keeps what was half typed, and opens it", async () => {
    const old = await started("c");
    await old.session.open("s2");
    old.type("half a");
    old.scope.dispose();
    const next = await started("c");
    expect([next.session.current?.segment, next.desk.text]).toEqual(["s2", "half a"]);
    expect(next.session.n_kept).toBe(1);
  });

  it("goes to a view that lives beside it", async () => {
    const old = await started("d");
    const beside = await started("d");
    expect(old.session.phase.kind).toBe("open");
    old.kernel.setAlive(false);
    old.session.submit();
    old.scope.dispose();
    await settle();
    expect(beside.kernel.submits.length).toBe(1);
  });

  it("never goes to another project or annotator", async () => {
    const old = await died("e");
    old.scope.dispose();
    const next = await started("f");
    expect(next.kernel.submits).toEqual([]);
  });

  it("does not overwrite what was typed in the newer view", async () => {
    const old = await started("g");
    old.type("older");
    const next = await started("g");
    next.type("newer");
    old.scope.dispose();
    await settle();
    expect([next.desk.text, next.session.n_kept]).toEqual(["newer", 1]);
  });
});
