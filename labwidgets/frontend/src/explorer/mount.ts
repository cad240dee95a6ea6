/** The table of errors as a widget: find where models and references differ, hear it, decide, mend. */
import type { MountContext, MountKind } from "../core/mount";
import type { BarPayload, ColumnsReply, RowQueryPayload } from "../core/protocol_errors";
import type { Scope } from "../core/scope";
import { addStyles } from "../core/styles";
import editorCss from "../editor/editor.css";
import { h, setAttribute, setText } from "../ui/dom";
import { keepKeysFromHost } from "../ui/host_keys";
import themeCss from "../ui/theme.css";
import { createCharts } from "./charts";
import { createDetail } from "./detail";
import explorerCss from "./explorer.css";
import { createFilters } from "./filters";
import { bindKeys, KEY_HINTS } from "./keyboard";
import { Rows } from "./rows";
import { createTable } from "./table";
import { createTotals } from "./totals";
import { barConditions } from "./words";

const PATIENCE_MS = 600_000;

export const mountExplorer: MountKind = (scope, context) => {
  const { el, transport } = context;
  addStyles(el.ownerDocument, "theme", themeCss);
  addStyles(el.ownerDocument, "editor", editorCss);
  addStyles(el.ownerDocument, "explorer", explorerCss);
  el.classList.add("lw", "lw-x");
  el.replaceChildren(h("p", { class: "lw-none", role: "status" }, "Reading the table …"));
  transport.request("columns", {}, { timeoutMs: PATIENCE_MS }).then(
    ({ payload }) => !scope.disposed && build(scope, context, payload),
    (error: Error) =>
      !scope.disposed && el.replaceChildren(`The table could not be opened. ${error.message}`),
  );
};

function build(scope: Scope, { el, transport, ready }: MountContext, opened: ColumnsReply): void {
  const { columns, models } = opened;
  const shown = opened.shown.flatMap((name) => columns.find((one) => one.name === name) ?? []);
  let query: RowQueryPayload = { sort: "row", descending: false, where: [], search: "", confusion: null };

  const notice = h("span", { class: "lw-x-notice", role: "status" });
  const say = (text: string, isTrouble = false) => {
    setText(notice, text);
    setAttribute(notice, "data-trouble", isTrouble);
  };
  const rows = new Rows(transport, opened.shown, query);
  const totals = createTotals(scope, transport, opened.n_rows);
  const change = (next: Partial<RowQueryPayload>) => {
    query = { ...query, ...next };
    rows.setQuery(query);
    table.reset();
    filters.show(query);
    // Another order changes no sum.
    if (Object.keys(next).some((name) => name !== "sort" && name !== "descending")) sums();
  };
  const sums = () => {
    void totals.show(query);
    if (!charts.root.hidden) charts.show(query);
  };
  const table = createTable(scope, {
    rows,
    columns: shown,
    onChoose: (row) => detail.choose(row?.row ?? null),
    onSort: (column) => {
      // Rates and lengths are wanted from the top, names from A.
      const isNumber = columns.find(({ name }) => name === column)?.kind === "number";
      const isAgain = query.sort === column;
      change({ sort: column, descending: isAgain ? !query.descending : isNumber });
    },
  });
  const charts = createCharts(scope, {
    transport,
    columns,
    names: opened.charts,
    models,
    onChoose: (bar: BarPayload, column: string) => {
      const rest = query.where.filter((one) => one.column !== column);
      change({ where: [...rest, ...barConditions(bar, column)] });
      // The bars are drawn anew: keys must not fall through to the notebook.
      table.focus();
    },
  });
  const filters = createFilters(scope, {
    columns,
    onChange: change,
    onNotice: (text) => say(text, true),
    onLeave: table.focus,
  });
  const detail = createDetail(scope, {
    transport,
    settings: ready.settings,
    hasSound: opened.has_sound,
    onChanged(reply, isMended) {
      rows.patch(reply.row, { ...reply.values, reference: reply.reference });
      if (isMended) sums();
    },
    onNotice: say,
    onClose: table.focus,
  });
  const same = () => {
    const { stack, models: names } = detail.chosen ?? {};
    const at = stack?.cells.findIndex(({ op }) => op !== "hit" && op !== "none") ?? -1;
    const name = names?.[at];
    if (!stack || name === undefined) return say("Choose a difference first, with the arrow keys.", true);
    change({ confusion: [name, stack.reference ?? "", stack.cells[at]?.text ?? ""] });
  };
  const toggleCharts = () => {
    charts.root.hidden = !charts.root.hidden;
    if (!charts.root.hidden) charts.show(query);
  };
  rows.on("trouble", (message) => message && say(message, true));

  const frame = h(
    "div",
    { class: "lw-x-frame", role: "region", "aria-label": "Errors: references and what models heard" },
    h("div", { class: "lw-x-top" }, totals.root, filters.root),
    charts.root,
    h("div", { class: "lw-x-work" }, table.root, detail.root),
    h("div", { class: "lw-x-foot" }, notice, hints()),
  );
  el.replaceChildren(frame);
  keepKeysFromHost(scope, frame);
  const nRows = () => rows.total ?? 0;
  bindKeys(scope, frame, {
    table,
    detail,
    nRows,
    search: filters.search,
    onSame: () => detail.whenShown(same),
    onCharts: toggleCharts,
  });
  filters.show(query);
  sums();
  if (opened.keeps === null) say("To mark and mend, open it with annotator=…");
}

function hints(): HTMLElement {
  const made = KEY_HINTS.map(([key, what]) =>
    h("span", { class: "lw-x-hint" }, h("kbd", {}, key), ` ${what}`),
  );
  return h("span", { class: "lw-x-hints" }, ...made);
}
