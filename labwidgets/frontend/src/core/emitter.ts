type Listener<Args extends unknown[]> = (...args: Args) => void;

/** Typed events: `Events` maps a name to the tuple of its arguments. */
export class Emitter<Events extends { [E in keyof Events]: unknown[] }> {
  private listeners: { [E in keyof Events]?: Set<Listener<Events[E]>> } = {};

  /** Returns its own undo. */
  on<E extends keyof Events>(name: E, listener: Listener<Events[E]>): () => void {
    const set: Set<Listener<Events[E]>> = this.listeners[name] ?? new Set();
    this.listeners[name] = set;
    set.add(listener);
    return () => {
      set.delete(listener);
    };
  }

  emit<E extends keyof Events>(name: E, ...args: Events[E]): void {
    for (const listener of [...(this.listeners[name] ?? [])]) listener(...args);
  }
}
