import type { WidgetModel } from "../../src/core/comm";
import type { Envelope } from "../../src/core/protocol";

type Listener = (...args: never[]) => void;

/** The browser's half of a widget, without Jupyter: keeps what was sent, and lets a test play the kernel. */
export class FakeModel implements WidgetModel {
  readonly sent: Envelope[] = [];
  readonly view = { model: { comm_live: true } };
  isBroken = false;
  widget_manager?: unknown;
  private listeners = new Map<string, Set<Listener>>();

  constructor(private readonly traits: Record<string, unknown> = {}) {}

  get(name: string): unknown {
    return this.traits[name];
  }

  send(content: unknown): void {
    if (this.isBroken) throw new Error("Cannot send");
    this.sent.push(content as Envelope);
  }

  on(name: string, listener: Listener): void {
    const set = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, set.add(listener));
  }

  off(name: string, listener: Listener): void {
    this.listeners.get(name)?.delete(listener);
  }

  get n_listeners(): number {
    return [...this.listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  trigger(name: string, ...args: unknown[]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) {
      (listener as (...values: unknown[]) => void).apply(this.view, args);
    }
  }

  last(kind: Envelope["kind"]): Envelope {
    const found = this.sent.findLast((envelope) => envelope.kind === kind);
    if (!found) throw new Error(`nothing of kind ${kind} was sent`);
    return found;
  }

  reply(payload: object, buffers: unknown[] = [], to = this.last("request")): void {
    this.trigger("msg:custom", { kind: "reply", id: to.id, name: to.name, payload }, buffers);
  }

  fail(payload: object, to = this.last("request")): void {
    this.trigger("msg:custom", { kind: "error", id: to.id, name: to.name, payload }, []);
  }
}

/** A signal as Jupyter's kernel connections have them. */
export class FakeSignal<Value> {
  private slots = new Set<(sender: unknown, value: Value) => void>();
  connect(slot: (sender: unknown, value: Value) => void): void {
    this.slots.add(slot);
  }
  disconnect(slot: (sender: unknown, value: Value) => void): void {
    this.slots.delete(slot);
  }
  emit(value: Value): void {
    for (const slot of [...this.slots]) slot(null, value);
  }
  get n_slots(): number {
    return this.slots.size;
  }
}
