import type { ErrorRowPayload, RowQueryPayload } from "../core/protocol_errors";
import { RowPages } from "../core/row_pages";
import type { Transport } from "../core/transport";

/** The rows of a query over a table of errors. */
export class Rows extends RowPages<ErrorRowPayload, RowQueryPayload> {
  constructor(transport: Transport, columns: readonly string[], query: RowQueryPayload) {
    super(async (asked, span) => {
      const wish = { query: asked, columns: [...columns], ...span };
      const { payload } = await transport.request("rows", wish);
      return payload;
    }, query);
  }

  /** Changes a row in its place: what was marked or mended does not jump away. */
  patch(row: number, values: ErrorRowPayload["values"]): void {
    const index = this.find((one) => one.row === row);
    const found = index === null ? null : this.row(index);
    if (!found) return;
    for (const name of Object.keys(found.values)) {
      if (values[name] !== undefined) found.values[name] = values[name];
    }
    this.changed();
  }
}
