import type { Scope } from "../core/scope";
import { areaHeight, ROW_PX, rowsInSight, squeeze, topThatShows } from "../labeller/row_window";
import { h, setAttribute } from "../ui/dom";
import type { Prompts } from "./prompts";

export interface PromptList {
  readonly root: HTMLElement;
  readonly pageRows: number;
  /** Marks a line and brings it into sight. */
  show(number: number): void;
}

/** All lines, with a sign at those that have a take. */
export function createList(
  scope: Scope,
  prompts: Prompts,
  parts: { language: string; onChoose: (number: number) => void },
): PromptList {
  const area = h("div", { class: "lw-r-area" });
  const root = h(
    "div",
    { class: "lw-r-list", role: "listbox", "aria-label": "Lines to read", tabindex: "-1" },
    area,
  );
  let active = -1;
  const box = () => ({ n_rows: prompts.total, view_px: root.clientHeight || 1, row_px: ROW_PX });
  const draw = () => {
    const sizes = box();
    area.style.height = `${areaHeight(sizes)}px`;
    const scale = squeeze(sizes);
    const top_px = root.scrollTop * scale;
    const { first, last } = rowsInSight(top_px, sizes);
    prompts.want(first, last);
    const shift_px = root.scrollTop - top_px;
    const rows = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => row(first + at, shift_px));
    area.replaceChildren(...rows);
  };
  const row = (number: number, shift_px: number) => {
    const prompt = prompts.at(number);
    const made = h(
      "div",
      {
        class: "lw-r-row",
        role: "option",
        "aria-selected": String(number === active),
        "data-number": number,
      },
      h("span", { class: "lw-r-sign", title: prompt?.is_kept ? "kept" : null }, prompt?.is_kept ? "✓" : ""),
      h("span", { class: "lw-r-number" }, String(number + 1)),
      h("span", { class: "lw-r-line", dir: "auto", lang: parts.language }, prompt?.text ?? "…"),
    );
    setAttribute(
      made,
      "aria-label",
      `${number + 1}. ${prompt?.text ?? ""}${prompt?.is_kept ? ", kept" : ""}`,
    );
    made.style.top = `${number * ROW_PX + shift_px}px`;
    return made;
  };
  scope.listen(root, "scroll", draw);
  scope.onResize(root, draw);
  scope.add(prompts.events.on("change", draw));
  scope.listen(root, "click", (event) => {
    const chosen = (event.target as HTMLElement).closest<HTMLElement>(".lw-r-row")?.dataset.number;
    if (chosen !== undefined) parts.onChoose(Number(chosen));
  });
  return {
    root,
    get pageRows() {
      return Math.max(1, Math.floor(root.clientHeight / ROW_PX) - 1);
    },
    show(number) {
      active = number;
      const sizes = box();
      const scale = squeeze(sizes);
      const wanted = topThatShows(number, root.scrollTop * scale, sizes) / scale;
      if (Math.abs(wanted - root.scrollTop) > 1) root.scrollTop = wanted;
      draw();
    },
  };
}
