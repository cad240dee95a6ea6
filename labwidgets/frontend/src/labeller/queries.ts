import { recall, remember } from "../core/memory";
import type { QueuePayload, ReadyReply } from "../core/protocol";
import { FILTER_NAMES, ORDER_NAMES } from "./words";

export function rememberQuery(project_id: string, query: QueuePayload): void {
  remember(`query.${project_id}`, JSON.stringify({ ...query, search: "" }));
}

/** What to begin with: what was asked for, else what this browser remembers, else what the project says. */
export function firstQuery(ready: ReadyReply): QueuePayload {
  const { order, filter } = ready.asked ?? { order: null, filter: null };
  const usual: QueuePayload = { order: ready.settings.order ?? "added", filter: "all", search: "" };
  const known = { ...usual, ...rememberedQuery(ready.project_id) };
  return { ...known, order: order ?? known.order, filter: filter ?? known.filter };
}

function rememberedQuery(project_id: string): Partial<QueuePayload> {
  try {
    const found = JSON.parse(recall(`query.${project_id}`) ?? "{}") as Partial<QueuePayload>;
    const isKnown = (found.order ?? "") in ORDER_NAMES && (found.filter ?? "") in FILTER_NAMES;
    return isKnown ? found : {};
  } catch {
    return {};
  }
}
