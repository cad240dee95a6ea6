import type { RowQueryPayload, TotalPayload } from "../core/protocol_errors";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { h, setText } from "../ui/dom";
import { percent } from "./words";

export interface Totals {
  readonly root: HTMLElement;
  show(query: RowQueryPayload): Promise<void>;
}

/** How many rows match, and what each model gets wrong in them. */
export function createTotals(scope: Scope, transport: Transport, nAll: number): Totals {
  const count = h("span", { class: "lw-x-count", role: "status" });
  const models = h("span", { class: "lw-x-models" });
  const root = h("div", { class: "lw-x-totals", role: "group", "aria-label": "Totals" }, count, models);
  let nAsked = 0;
  return {
    root,
    async show(query) {
      nAsked += 1;
      const mine = nAsked;
      try {
        const { payload } = await transport.request("totals", { query });
        if (mine !== nAsked || scope.disposed) return;
        const all = nAll.toLocaleString("en");
        const found = payload.n.toLocaleString("en");
        setText(count, payload.n === nAll ? `${all} rows` : `${found} of ${all} rows`);
        models.replaceChildren(...payload.totals.map(modelElement));
      } catch (error) {
        if (mine === nAsked) setText(count, error instanceof Error ? error.message : String(error));
      }
    },
  };
}

function modelElement(total: TotalPayload): HTMLElement {
  const { model, wer, low, high, substitutions, deletions, insertions, n_words } = total;
  const range = low === null || high === null ? "" : ` (${percent(low)} to ${percent(high)}, 95 %)`;
  const parts = `${substitutions} substituted, ${deletions} left out, ${insertions} added of ${n_words} words`;
  return h(
    "span",
    { class: "lw-x-model", title: `${model}: WER ${percent(wer)}${range}: ${parts}` },
    h("span", { class: "lw-x-model-name" }, model),
    h("b", {}, n_words ? percent(wer) : "–"),
    h(
      "span",
      { class: "lw-x-range" },
      low === null || high === null ? "" : `${percent(low)}–${percent(high)}`,
    ),
  );
}
