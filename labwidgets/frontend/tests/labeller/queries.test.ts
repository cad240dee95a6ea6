import { beforeEach, describe, expect, it } from "vitest";
import type { ReadyReply } from "../../src/core/protocol";
import { firstQuery, rememberQuery } from "../../src/labeller/queries";

const ready = (more: object = {}, order?: string) =>
  ({ project_id: `p${at}`, settings: { order }, ...more }) as unknown as ReadyReply;
let at = 0;

describe("what the queue begins with", () => {
  beforeEach(() => {
    at += 1;
  });

  it("is what the project says, where nothing is remembered", () => {
    expect(firstQuery(ready())).toEqual({ order: "added", filter: "all", search: "" });
    expect(firstQuery(ready({}, "shortest")).order).toBe("shortest");
  });

  it("is what this browser showed last, without the search", () => {
    rememberQuery(`p${at}`, { order: "longest", filter: "open", search: "tea" });
    expect(firstQuery(ready({}, "shortest"))).toEqual({ order: "longest", filter: "open", search: "" });
  });

  it("is what was asked for before all else, part by part", () => {
    rememberQuery(`p${at}`, { order: "longest", filter: "open", search: "" });
    const asked = { order: null, filter: "audits" };
    expect(firstQuery(ready({ asked }))).toEqual({ order: "longest", filter: "audits", search: "" });
  });

  it("passes over what no browser of today knows", () => {
    rememberQuery(`p${at}`, { order: "by moonlight", filter: "all", search: "" });
    expect(firstQuery(ready()).order).toBe("added");
  });
});
