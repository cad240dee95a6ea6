import type { Scope } from "../core/scope";
import { freshId, h, setAttribute, setText } from "../ui/dom";
import { type Hit, isReplaceable } from "./hits";

export interface RowsParts {
  hits: readonly Hit[];
  replacement: () => string;
  onPlay: (hit: Hit, isWide: boolean) => void;
  onTick: (hit: Hit) => void;
  onSkip: (hit: Hit) => void;
  onReplace: (hit: Hit) => void;
  onOpen: (hit: Hit) => void;
  /** The user came to a hit by the arrows or a click. */
  onReach: (hit: Hit) => void;
  /** The end of the list is near. */
  onNearEnd: () => void;
}

export interface Rows {
  readonly root: HTMLElement;
  readonly active: Hit | null;
  render(): void;
  focus(): void;
  /** To the next hit that waits, from the active one on. */
  next(): void;
  setPlaying(hit: Hit | null): void;
}

interface Row {
  root: HTMLElement;
  sign: HTMLElement;
  heard: HTMLElement;
  before: HTMLElement;
  found: HTMLElement;
  fresh: HTMLElement;
  after: HTMLElement;
  note: HTMLElement;
}

const NEAR_END = 20;
const KINDS = { draft: "", own: "yours", imported: "imported" } as const;

/** The hits, each in its context, as a list for the keyboard. */
export function createRows(scope: Scope, parts: RowsParts): Rows {
  const base = freshId("hit");
  const label = {
    role: "listbox",
    tabindex: 0,
    "aria-multiselectable": "true",
    "aria-label": "Places found",
  };
  const root = h("div", { class: "lw-hits", ...label });
  const rows: Row[] = [];
  let active = 0;
  let playing: Hit | null = null;

  const render = () => {
    while (rows.length > parts.hits.length) rows.pop()?.root.remove();
    while (rows.length < parts.hits.length) rows.push(createRow(root, `${base}-${rows.length}`));
    active = Math.max(0, Math.min(active, rows.length - 1));
    for (const [at, hit] of parts.hits.entries()) fill(rows[at] as Row, hit, at);
    setAttribute(root, "aria-activedescendant", rows.length > 0 ? `${base}-${active}` : null);
  };

  const fill = (row: Row, hit: Hit, at: number) => {
    const { place, group, state } = hit;
    const replacement = parts.replacement();
    setAttribute(row.root, "data-active", at === active);
    setAttribute(row.root, "data-state", state);
    setAttribute(row.root, "aria-selected", String(hit.isTicked));
    setAttribute(row.root, "data-playing", hit === playing);
    const { sign, words } = signOf(hit);
    setText(row.sign, sign);
    setAttribute(row.sign, "aria-label", words);
    setText(row.heard, hit.isHeard ? "♪" : "");
    setAttribute(row.heard, "aria-label", hit.isHeard ? "heard" : null);
    setText(row.before, place.before);
    setText(row.found, place.text);
    setText(row.fresh, replacement === "" ? "∅" : replacement);
    row.fresh.hidden = state === "skipped" || state === "refused" || !(hit.isTicked || state === "replaced");
    setText(row.after, place.after);
    setText(row.note, hit.reason || KINDS[group.kind]);
    setAttribute(row.root, "title", hit.reason || null);
  };

  const move = (to: number, isReached = true) => {
    if (rows.length === 0) return;
    const before = active;
    active = Math.max(0, Math.min(to, rows.length - 1));
    render();
    rows[active]?.root.scrollIntoView({ block: "nearest" });
    if (active >= rows.length - NEAR_END) parts.onNearEnd();
    const hit = parts.hits[active];
    if (hit && isReached && active !== before) parts.onReach(hit);
  };
  const next = () => {
    const later = parts.hits.findIndex((hit, at) => at > active && hit.state === "waiting");
    if (later >= 0) move(later);
    else render();
  };

  const actions: Record<string, (hit: Hit, isShift: boolean) => void> = {
    p: parts.onPlay,
    ArrowRight: parts.onPlay,
    " ": parts.onTick,
    Enter: parts.onReplace,
    s: parts.onSkip,
    Delete: parts.onSkip,
    o: parts.onOpen,
  };
  scope.listen(root, "keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const page = Math.max(1, Math.floor(root.clientHeight / (rows[0]?.root.offsetHeight || 28)) - 1);
    const targets: Record<string, number> = {
      ArrowUp: active - 1,
      ArrowDown: active + 1,
      PageUp: active - page,
      PageDown: active + page,
      Home: 0,
      End: rows.length - 1,
    };
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const target = targets[key];
    // The key's place counts where the layout is of another script.
    const action = actions[key] ?? actions[event.code.replace(/^Key/, "").toLowerCase()];
    const hit = parts.hits[active];
    if (target !== undefined) move(target);
    else if (action && hit && !event.repeat && (!event.shiftKey || action === parts.onPlay)) {
      action(hit, event.shiftKey);
    } else return;
    event.preventDefault();
  });
  scope.listen(root, "click", (event) => {
    const at = rows.findIndex((row) => row.root.contains(event.target as Node));
    const hit = parts.hits[at];
    if (!hit) return;
    const isSign = rows[at]?.sign.contains(event.target as Node);
    if (isSign) parts.onTick(hit);
    if (at === active && !isSign) parts.onReach(hit);
    else move(at, !isSign);
  });
  scope.listen(root, "scroll", () => {
    if (root.scrollTop + 2 * root.clientHeight > root.scrollHeight) parts.onNearEnd();
  });

  return {
    root,
    get active() {
      return parts.hits[active] ?? null;
    },
    render,
    focus: () => root.focus({ preventScroll: true }),
    next,
    setPlaying(hit) {
      playing = hit;
      render();
    },
  };
}

function signOf(hit: Hit): { sign: string; words: string } {
  if (hit.state === "replaced") return { sign: "✓", words: "replaced" };
  if (hit.state === "refused") return { sign: "⚠", words: "not replaced" };
  if (hit.group.kind === "imported") return { sign: "–", words: "cannot be replaced here" };
  if (!isReplaceable(hit)) return { sign: "–", words: "play it first" };
  return hit.isTicked ? { sign: "☑", words: "ticked" } : { sign: "☐", words: "not ticked" };
}

function createRow(list: HTMLElement, id: string): Row {
  const sign = h("span", { class: "lw-hit-sign", role: "img" });
  const heard = h("span", { class: "lw-hit-heard", role: "img" });
  const before = h("span", { class: "lw-hit-before" });
  const found = h("del", { class: "lw-hit-found" });
  const fresh = h("ins", { class: "lw-hit-new" });
  const after = h("span", { class: "lw-hit-after" });
  const context = h("div", { class: "lw-hit-context", dir: "auto" }, before, found, fresh, after);
  const note = h("span", { class: "lw-hit-note" });
  const root = h("div", { class: "lw-hit", role: "option", id }, sign, heard, context, note);
  list.append(root);
  return { root, sign, heard, before, found, fresh, after, note };
}
