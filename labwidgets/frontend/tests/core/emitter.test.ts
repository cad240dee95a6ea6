import { expect, it } from "vitest";
import { Emitter } from "../../src/core/emitter";

it("calls listeners with the arguments of the event until they are undone", () => {
  const emitter = new Emitter<{ moved: [x: number, y: number]; left: [] }>();
  const seen: number[][] = [];
  const undo = emitter.on("moved", (x, y) => seen.push([x, y]));
  emitter.emit("left");
  emitter.emit("moved", 1, 2);
  undo();
  emitter.emit("moved", 3, 4);
  expect(seen).toEqual([[1, 2]]);
});

it("lets a listener leave while an event is told", () => {
  const emitter = new Emitter<{ once: [] }>();
  const seen: string[] = [];
  const undo = emitter.on("once", () => {
    seen.push("first");
    undo();
  });
  emitter.on("once", () => seen.push("second"));
  emitter.emit("once");
  emitter.emit("once");
  expect(seen).toEqual(["first", "second", "second"]);
});
