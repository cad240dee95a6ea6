import type { Channel, Notice, Sender } from "../../src/keep/channel";
import type { Owner } from "../../src/keep/entry";
import { MemoryShelf } from "../../src/keep/memory_shelf";
import { joinPresence } from "../../src/keep/presence";
import type { Seat } from "../../src/keep/seat";
import type { Shelf } from "../../src/keep/shelf";

type Listener = (notice: Notice & Sender) => void;
type Held = { name: string; view: string; end: () => void };
type Waiting = { name: string; view: string; begin: () => void };

/** What the tabs of one browser share: storage, locks, and a way to talk. */
export class FakeBrowser {
  readonly channels = new Map<string, Map<string, Set<Listener>>>();
  private held: Held[] = [];
  private waiting: Waiting[] = [];

  constructor(
    readonly shelf: Shelf = new MemoryShelf("browser"),
    private readonly hasLocks = true,
  ) {}

  seat(owner: Owner, view: string, tab = view): Seat {
    const channel = this.channel(JSON.stringify(owner), view);
    const locks = this.hasLocks ? this.locksOf(view) : null;
    const presence = joinPresence(view, channel, locks);
    return { owner, view, tab, shelf: Promise.resolve(this.shelf), channel, presence, locks };
  }

  /** The tab of a view ends without a word. */
  kill(view: string): void {
    for (const views of this.channels.values()) views.delete(view);
    this.waiting = this.waiting.filter((one) => one.view !== view);
    for (const one of this.held.filter((lock) => lock.view === view)) this.free(one);
  }

  private channel(name: string, view: string): Channel {
    const views = this.channels.get(name) ?? new Map<string, Set<Listener>>();
    this.channels.set(name, views);
    views.set(view, new Set());
    return {
      post(notice) {
        if (!views.has(view)) return;
        for (const [other, listeners] of views) {
          if (other === view) continue;
          for (const listener of [...listeners]) {
            void Promise.resolve().then(() => listeners.has(listener) && listener({ ...notice, from: view }));
          }
        }
      },
      on(listener) {
        views.get(view)?.add(listener);
        return () => void views.get(view)?.delete(listener);
      },
      close: () => void views.delete(view),
    };
  }

  private free(lock: Held): void {
    this.held = this.held.filter((other) => other !== lock);
    const next = this.waiting.find(({ name }) => name === lock.name);
    this.waiting = this.waiting.filter((other) => other !== next);
    next?.begin();
  }

  private locksOf(view: string): LockManager {
    const request = (
      name: string,
      options: LockOptions | LockGrantedCallback<unknown>,
      work?: LockGrantedCallback<unknown>,
    ) =>
      new Promise((resolve, reject) => {
        const run = work ?? (options as LockGrantedCallback<unknown>);
        const begin = () => {
          const lock = { name, view, end: () => {} };
          this.held.push(lock);
          Promise.resolve(run({ name, mode: "exclusive" })).then((value) => {
            if (this.held.includes(lock)) this.free(lock);
            resolve(value);
          }, reject);
        };
        if (!this.held.some((lock) => lock.name === name)) return begin();
        const entry = { name, view, begin };
        this.waiting.push(entry);
        const { signal } = options as LockOptions;
        signal?.addEventListener("abort", () => {
          this.waiting = this.waiting.filter((other) => other !== entry);
          reject(new DOMException("given up", "AbortError"));
        });
      });
    const query = async () => ({
      held: this.held.map(({ name }) => ({ name })),
      pending: this.waiting.map(({ name }) => ({ name })),
    });
    return { request, query } as unknown as LockManager;
  }
}
