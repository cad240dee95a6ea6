/** Keeps what was used last, up to `maxBytes`; a single larger value is not kept. */
export class ByteLru<Value> {
  private entries = new Map<string, { value: Value; n_bytes: number }>();
  private n_bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get size(): number {
    return this.entries.size;
  }

  get bytes(): number {
    return this.n_bytes;
  }

  get(key: string): Value | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  set(key: string, value: Value, n_bytes: number): void {
    this.delete(key);
    if (n_bytes > this.maxBytes) return;
    this.entries.set(key, { value, n_bytes });
    this.n_bytes += n_bytes;
    for (const oldest of this.entries.keys()) {
      if (this.n_bytes <= this.maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.n_bytes -= entry.n_bytes;
  }
}
