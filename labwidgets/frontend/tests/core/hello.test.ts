import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createCommTransport } from "../../src/core/comm";
import { sayHello } from "../../src/core/hello";
import { Scope } from "../../src/core/scope";
import { FakeModel } from "./fake-model";

const HELLO = { version: 1, codecs: [] };

let scope: Scope;
let model: FakeModel;

beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
  model = new FakeModel();
});

afterEach(() => {
  scope.dispose();
  vi.useRealTimers();
});

function say() {
  return sayHello(scope, createCommTransport(scope, model), HELLO);
}

it("asks again when the first message waits behind a cell, and takes the first answer", async () => {
  const asked = say();
  await vi.advanceTimersByTimeAsync(800);
  const [stuck, overtaking] = model.sent;
  expect([stuck?.name, overtaking?.name]).toEqual(["ready", "ready"]);
  model.reply({ project: "mine" }, [], overtaking);
  expect((await asked).project).toBe("mine");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(model.sent.filter(({ kind }) => kind === "request").length).toBe(2);
});

it("asks once where the answer comes at once", async () => {
  const asked = say();
  model.reply({ project: "mine" });
  await asked;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(model.sent.filter(({ kind }) => kind === "request").length).toBe(1);
});

it("waits as long as a cell takes", async () => {
  const asked = say();
  await vi.advanceTimersByTimeAsync(3_600_000);
  model.reply({ project: "mine" }, [], model.sent[0]);
  expect((await asked).project).toBe("mine");
});

it("says why the kernel does not answer it", async () => {
  const asked = say();
  model.fail({ code: "bad_message", message: "another labwidgets" });
  await expect(asked).rejects.toMatchObject({ code: "bad_message" });
});
