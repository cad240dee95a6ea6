import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** The messages that the tests of the Python side read too. */
const GOLDEN = new URL("../../../../tests/protocol/", import.meta.url);
const FRONTEND = new URL("../../", import.meta.url);
const OUT = new URL("node_modules/.golden/", FRONTEND);

type Message = { request?: unknown; reply?: unknown; event?: unknown };

function messages(): [name: string, message: Message][] {
  const names = readdirSync(GOLDEN).filter((name) => name.endsWith(".json"));
  return names.map((name) => [
    name.replace(".json", ""),
    JSON.parse(readFileSync(new URL(name, GOLDEN), "utf8")) as Message,
  ]);
}

/** Each message as a constant of the type that the page takes it for. */
function typed(found: [string, Message][]): string {
  const lines = found.flatMap(([name, { request, reply, event }]) => [
    ...(request === undefined ? [] : [`export const ${name}_request: Requests["${name}"][0] =`, request]),
    ...(reply === undefined ? [] : [`export const ${name}_reply: Requests["${name}"][1] =`, reply]),
    ...(event === undefined ? [] : [`export const ${name}_event: Events["${name}"] =`, event]),
  ]);
  const written = lines.map((line) =>
    typeof line === "string" && line.startsWith("export") ? line : JSON.stringify(line),
  );
  return ['import type { Events, Requests } from "../../src/core/protocol";', ...written, ""].join("\n");
}

/** What the compiler says of a file; empty when all fits. */
function complaints(name: string, source: string): string {
  mkdirSync(OUT, { recursive: true });
  const file = new URL(name, OUT);
  writeFileSync(file, source);
  const compiler = new URL("node_modules/typescript/bin/tsc", FRONTEND).pathname;
  const flags = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "--ignoreConfig"];
  const target = ["--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler"];
  try {
    execFileSync(process.execPath, [compiler, ...flags, ...target, file.pathname], { encoding: "utf8" });
    return "";
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}

describe("the golden messages", () => {
  it("are of the types that the page takes them for", { timeout: 60_000 }, () => {
    const found = messages();
    expect(found.length).toBeGreaterThan(10);
    expect(complaints("messages.ts", typed(found))).toBe("");
  });

  it("would not pass with a field of another name", { timeout: 60_000 }, () => {
    const peaks: Message = { request: { clip: "c", bins: 3 } };
    expect(complaints("wrong.ts", typed([["peaks", peaks]]))).toContain("bins");
  });
});
