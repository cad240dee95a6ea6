type Disposer = () => void;

/**
 * Owns what a view acquires (listeners, timers, observers, children) and lets go of all of it at once, last
 * in first out. Adding after disposal disposes at once; one failing disposer does not stop the others.
 * Raw `addEventListener`, timers and observers are used nowhere else; a test greps for them.
 */
export class Scope {
  private disposers: Disposer[] = [];
  private isDisposed = false;

  get disposed(): boolean {
    return this.isDisposed;
  }

  /** Takes over `disposer`; returns an undo that runs it early. */
  add(disposer: Disposer): Disposer {
    if (this.isDisposed) {
      disposer();
      return () => {};
    }
    let done = false;
    const once = () => {
      if (done) return;
      done = true;
      this.disposers = this.disposers.filter((other) => other !== once);
      disposer();
    };
    this.disposers.push(once);
    return once;
  }

  listen<K extends keyof HTMLElementEventMap>(
    target: EventTarget,
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    options?: AddEventListenerOptions,
  ): Disposer;
  listen(
    target: EventTarget,
    type: string,
    listener: (event: Event) => void,
    options?: AddEventListenerOptions,
  ): Disposer;
  listen(
    target: EventTarget,
    type: string,
    listener: (event: never) => void,
    options?: AddEventListenerOptions,
  ): Disposer {
    target.addEventListener(type, listener as EventListener, options);
    return this.add(() => target.removeEventListener(type, listener as EventListener, options));
  }

  timeout(run: () => void, ms: number): Disposer {
    const id = setTimeout(() => {
      undo();
      run();
    }, ms);
    const undo = this.add(() => clearTimeout(id));
    return undo;
  }

  interval(run: () => void, ms: number): Disposer {
    const id = setInterval(run, ms);
    return this.add(() => clearInterval(id));
  }

  /** Runs `draw` on each animation frame until disposed. */
  frames(draw: (now: number) => void): Disposer {
    let id = 0;
    const tick = (now: number) => {
      id = requestAnimationFrame(tick);
      draw(now);
    };
    id = requestAnimationFrame(tick);
    return this.add(() => cancelAnimationFrame(id));
  }

  onResize(element: Element, run: (rect: DOMRectReadOnly) => void): Disposer {
    const observer = new ResizeObserver((entries) => {
      const last = entries.at(-1);
      if (last) run(last.contentRect);
    });
    observer.observe(element);
    return this.add(() => observer.disconnect());
  }

  onMutation(target: Node, options: MutationObserverInit, run: () => void): Disposer {
    const observer = new MutationObserver(run);
    observer.observe(target, options);
    return this.add(() => observer.disconnect());
  }

  child(): Scope {
    const scope = new Scope();
    const forget = this.add(() => scope.dispose());
    scope.add(forget);
    return scope;
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    for (const disposer of this.disposers.reverse().slice()) {
      try {
        disposer();
      } catch (error) {
        console.error(error);
      }
    }
    this.disposers = [];
  }
}
