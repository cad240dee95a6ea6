import type { QueuePayload, QueueReply, QueueRowPayload } from "../core/protocol";
import { RowPages } from "../core/row_pages";
import type { Transport } from "../core/transport";

/** The segments of a query, fetched by the page as they come into sight. */
export class Pages extends RowPages<QueueRowPayload, QueuePayload, QueueReply> {
  private nQuery = 0;

  constructor(
    private readonly transport: Transport,
    query: QueuePayload,
  ) {
    super(async (asked, span) => {
      const { payload } = await transport.request("queue", { query: asked, ...span });
      return payload;
    }, query);
  }

  override setQuery(query: QueuePayload): void {
    this.nQuery += 1;
    super.setQuery(query);
  }

  /** Where a segment stands, among the rows at hand. */
  indexOf(segment: string): number | null {
    return this.find((row) => row.segment === segment);
  }

  /** Where a segment stands, also beyond the rows at hand, which are fetched then; null where it is not in the query. */
  async place(segment: string): Promise<number | null> {
    const known = this.indexOf(segment);
    if (known !== null) return known;
    const { nQuery } = this;
    const { payload } = await this.transport.request("place", { query: this.query, segment });
    if (nQuery !== this.nQuery || payload.position === null) return null;
    await this.rowAt(payload.position);
    return payload.position;
  }
}
