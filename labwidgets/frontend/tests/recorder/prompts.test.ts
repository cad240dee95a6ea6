import { describe, expect, it } from "vitest";
import type { Transport } from "../../src/core/transport";
import { Prompts } from "../../src/recorder/prompts";

const N = 100_000;

/** A kernel with a hundred thousand lines. */
function kernel() {
  const asked: number[] = [];
  const transport = {
    request: async (_: string, { offset, limit }: { offset: number; limit: number }) => {
      asked.push(offset);
      const prompts = Array.from({ length: limit }, (_, at) => ({
        text: `line ${offset + at}`,
        is_kept: false,
      }));
      return { payload: { offset, prompts }, buffers: [] };
    },
  };
  return { asked, transport: transport as unknown as Transport };
}

describe("the lines to read", () => {
  it("come page by page, each asked for once, however many there are", async () => {
    const { asked, transport } = kernel();
    const prompts = new Prompts(transport, N);
    prompts.want(N - 5, N - 1);
    prompts.want(N - 5, N - 1);
    expect(prompts.at(N - 1)).toBeNull();
    await new Promise((resolve) => prompts.events.on("change", () => resolve(null)));
    expect(prompts.at(N - 1)?.text).toBe("line 99999");
    prompts.want(N - 5, N - 1);
    expect(asked).toEqual([N - 100]);
    prompts.setKept(N - 1);
    expect(prompts.at(N - 1)?.is_kept).toBe(true);
  });

  it("forget what another speaker has read", async () => {
    const { asked, transport } = kernel();
    const prompts = new Prompts(transport, N);
    prompts.want(0, 0);
    prompts.reset();
    prompts.want(0, 0);
    expect(asked).toEqual([0, 0]);
    await new Promise((resolve) => prompts.events.on("change", () => resolve(null)));
    expect(prompts.at(0)?.text).toBe("line 0");
  });
});
