/** Typed events: `Events` maps a name to the tuple of its arguments. */
export class Emitter<Events extends Record<string, unknown[]>> {
  private listeners = new Map<keyof Events, Set<(...args: never[]) => void>>();

  /** Returns its own undo. */
  on<E extends keyof Events>(name: E, listener: (...args: Events[E]) => void): () => void {
    const set = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, set);
    set.add(listener as (...args: never[]) => void);
    return () => set.delete(listener as (...args: never[]) => void);
  }

  emit<E extends keyof Events>(name: E, ...args: Events[E]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) {
      (listener as (...values: Events[E]) => void)(...args);
    }
  }
}
