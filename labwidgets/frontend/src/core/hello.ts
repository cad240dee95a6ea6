import type { ReadyReply, Requests } from "./protocol";
import type { Scope } from "./scope";
import type { Transport } from "./transport";

const AGAIN_AFTER_MS = [700, 2_500, 10_000];

/**
 * Asks for the kernel's first answer, as long as it takes. The very first message may leave before the page has
 * its own way past the running cells (in JupyterLab, a subshell), and then waits for all of them; one that is
 * sent a little later overtakes it.
 */
export async function sayHello(
  scope: Scope,
  transport: Transport,
  hello: Requests["ready"][0],
): Promise<ReadyReply> {
  const asking = scope.child();
  const rest = new AbortController();
  try {
    const { payload } = await new Promise<{ payload: ReadyReply }>((resolve, reject) => {
      const ask = () => {
        transport.request("ready", hello, { timeoutMs: 0, signal: rest.signal }).then(resolve, reject);
      };
      ask();
      for (const after_ms of AGAIN_AFTER_MS) asking.timeout(ask, after_ms);
    });
    return payload;
  } finally {
    asking.dispose();
    rest.abort();
  }
}
