import type { BarPayload, BarsReply, ColumnPayload, RowQueryPayload } from "../core/protocol_errors";
import type { Scope } from "../core/scope";
import type { Transport } from "../core/transport";
import { h, setAttribute } from "../ui/dom";
import { barWords, columnName, percent } from "./words";

export interface ChartParts {
  transport: Transport;
  columns: readonly ColumnPayload[];
  /** Columns shown at first. */
  names: readonly string[];
  models: readonly string[];
  onChoose: (bar: BarPayload, column: string) => void;
}

export interface Charts {
  readonly root: HTMLElement;
  show(query: RowQueryPayload): void;
}

/** Small charts beside each other; a bar is a filter. */
export function createCharts(
  scope: Scope,
  { transport, columns, names, models, onChoose }: ChartParts,
): Charts {
  const root = h("div", { class: "lw-x-charts", role: "group", "aria-label": "Charts" });
  let query: RowQueryPayload | null = null;
  const charts = names.map((name) => createChart(scope, columns, name));
  const whose = createModelPicker(models);
  // Behind the charts: which of them a narrow page shows goes by their order.
  root.append(...charts.map((chart) => chart.root), whose.root);

  const show = () => {
    for (const chart of charts) void load(chart);
  };
  scope.listen(whose.picker, "change", show);
  for (const chart of charts) {
    scope.listen(chart.picker, "change", () => void load(chart));
    scope.listen(chart.bars, "click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("button[data-at]");
      const bar = button && chart.shown[Number(button.dataset.at)];
      if (bar) onChoose(bar, chart.picker.value);
    });
    scope.listen(chart.bars, "keydown", (event) => rove(event, chart.bars));
  }

  const load = async (chart: Chart) => {
    if (!query) return;
    chart.asked += 1;
    const { asked } = chart;
    try {
      const wish = { query, column: chart.picker.value, model: whose.picker.value };
      const { payload } = await transport.request("bars", wish);
      if (scope.disposed || asked !== chart.asked) return;
      draw(chart, payload, columns);
    } catch (error) {
      if (asked === chart.asked) chart.bars.replaceChildren(error instanceof Error ? error.message : "");
    }
  };

  return {
    root,
    show(next) {
      query = next;
      show();
    },
  };
}

interface Chart {
  root: HTMLElement;
  picker: HTMLSelectElement;
  bars: HTMLElement;
  shown: BarPayload[];
  asked: number;
}

/** Whose errors the bars tell; nothing to see where there is one model only. */
function createModelPicker(models: readonly string[]) {
  const picker = h(
    "select",
    { class: "lw-x-picker" },
    ...models.map((name) => h("option", { value: name }, name)),
  );
  const root = h("label", { class: "lw-x-whose", hidden: models.length < 2 }, "WER in the bars", picker);
  return { root, picker };
}

function createChart(_scope: Scope, columns: readonly ColumnPayload[], name: string): Chart {
  const offered = columns.filter(
    (column) => column.measure !== "hypothesis" && !["row", "reference", "id"].includes(column.name),
  );
  const picker = h(
    "select",
    { class: "lw-x-picker", "aria-label": "Column of this chart" },
    ...offered.map((column) =>
      h("option", { value: column.name, selected: column.name === name }, columnName(column)),
    ),
  );
  const bars = h("div", { class: "lw-x-bars", role: "toolbar", "aria-label": "Bars: each filters the rows" });
  const root = h("div", { class: "lw-x-chart" }, picker, bars);
  return { root, picker, bars, shown: [], asked: 0 };
}

function draw(
  chart: Chart,
  { bars, kind, column: name }: BarsReply,
  columns: readonly ColumnPayload[],
): void {
  const column = columns.find((one) => one.name === name);
  if (!column) return;
  chart.shown = bars;
  chart.bars.dataset.kind = kind;
  const most = Math.max(1, ...bars.map(({ n }) => n));
  const buttons = bars.map((bar, at) => {
    const words = barWords(bar, column);
    const button = h(
      "button",
      {
        type: "button",
        "data-at": at,
        title: words,
        "aria-label": `${words}. Filter`,
        tabindex: at ? -1 : 0,
      },
      kind === "text" && h("span", { class: "lw-x-bar-name", dir: "auto" }, bar.value ?? "no value"),
      h("span", { class: "lw-x-bar" }),
      kind === "text" && h("span", { class: "lw-x-bar-rate" }, bar.wer === null ? "" : percent(bar.wer)),
    );
    // A single row is to be seen beside ten thousand.
    button.style.setProperty("--lw-x-share", String(bar.n ? Math.max(0.02, bar.n / most) : 0));
    setAttribute(button, "disabled", bar.n === 0);
    return button;
  });
  if (!buttons.length) chart.bars.replaceChildren(h("span", { class: "lw-x-empty" }, "No values."));
  else chart.bars.replaceChildren(...buttons);
}

function rove(event: KeyboardEvent, bars: HTMLElement): void {
  const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  if (!step) return;
  const buttons = [...bars.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  buttons[Math.min(buttons.length - 1, Math.max(0, at + step))]?.focus();
  event.preventDefault();
  event.stopPropagation();
}
