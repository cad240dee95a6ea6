"""The table of errors with a million rows in JupyterLab: opened, sorted, filtered, searched, scrolled.

Run from the checkout: ``python benchmarks/million_rows.py [--rows 1000000]``.
Times count until the rows in sight are all there and painted, and the totals too where they change.
Chromium is headless.
"""

from __future__ import annotations

import argparse
import os
from typing import Any

from _browser_lab import jupyter_lab, lab_page, show
from score_rows import write_manifest

CELLS = [
    """import resource, time
import labwidgets as lw
began = time.perf_counter()
explorer = lw.ErrorExplorer("manifest.jsonl", ["pred_text"])
print(f"{time.perf_counter() - began:.1f}")""",
    "explorer",
    "print(f'{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f}')",
]
PROBE = """
const painted = (test) => new Promise((done) => {
  const look = () => {
    if (!test()) return requestAnimationFrame(look);
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  };
  requestAnimationFrame(look);
});
const lines = () => [...document.querySelectorAll(".lw-x-row:not([hidden])")];
const settled = () => painted(() => {
  const table = document.querySelector(".lw-x-table");
  return table?.getAttribute("aria-busy") === "false"
    && !lines().some((line) => line.querySelector("[role=gridcell]:nth-child(2)").innerText === "…");
});
const count = () => document.querySelector(".lw-x-count")?.innerText ?? "";
window.timed = async (act, hasTotals) => {
  const [from, before] = [performance.now(), count()];
  await act();
  await settled();
  const rows = performance.now() - from;
  if (hasTotals) await painted(() => count() && count() !== before);
  return [rows, performance.now() - from];
};
"""
SCROLL = """async () => {
  const body = document.querySelector(".lw-x-body");
  const found = [];
  for (let jump = 1; jump <= 20; jump += 1) {
    const at = ((jump * 7919) % 1000) / 1000;
    found.push((await window.timed(() => { body.scrollTop = at * body.scrollHeight; }))[0]);
  }
  return found;
}"""
WHEEL = """async () => {
  const body = document.querySelector(".lw-x-body");
  const gaps = [];
  let last = performance.now();
  for (let turn = 0; turn < 200; turn += 1) {
    body.dispatchEvent(new WheelEvent("wheel", {deltaY: 120, bubbles: true, cancelable: true}));
    await new Promise(requestAnimationFrame);
    gaps.push(performance.now() - last);
    last = performance.now();
  }
  return gaps;
}"""
CLICK = "(selector) => window.timed(() => document.querySelector(selector).click(), false)"
FILTER = """() => window.timed(() => {
  const form = document.querySelector(".lw-x-form");
  form.querySelector(".lw-x-pick-column").value = "wer:pred_text";
  form.querySelector("input").value = "20 %";
  form.requestSubmit();
}, true)"""
SEARCH = """() => window.timed(() => {
  const search = document.querySelector(".lw-x-search");
  search.value = "w1f";
  search.dispatchEvent(new Event("input", {bubbles: true}));
  return new Promise((done) => setTimeout(done, 260));
}, true)"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    n = parser.parse_args().rows
    with jupyter_lab() as lab:
        write_manifest(lab.root / "manifest.jsonl", n)
        lab.write_notebook("million.ipynb", CELLS)
        with lab_page(lab, script=PROBE) as opened:
            opened.open("million.ipynb")
            opened.run(0, timeout_ms=180_000)
            print(
                f"{n} rows, load {os.getloadavg()[0]:.1f}; opened in the kernel {opened.output(0).strip()} s"
            )
            use(opened, f"{n:,} rows")


def use(opened: Any, everything: str) -> None:
    page = opened.page
    opened.run(1)
    rows, all_of_it = page.evaluate("() => window.timed(() => {}, true)")
    print(f"shown: rows {rows:.0f} ms, totals {all_of_it:.0f} ms after the cell's end")
    for column in ("wer:pred_text", "wer:pred_text", "speaker", "duration"):
        rows, _ = page.evaluate(CLICK, f"[data-column='{column}'] button")
        print(f"sorted by {column}: {rows:.0f} ms")
    for name, act in (("filtered", FILTER), ("searched in what is left", SEARCH)):
        rows, all_of_it = page.evaluate(act)
        count = page.locator(".lw-x-count").inner_text()
        print(f"{name}: rows {rows:.0f} ms, totals {all_of_it:.0f} ms: {count}")
    # Back to all of them.
    page.evaluate(CLICK, ".lw-x-chip")
    page.evaluate(SEARCH.replace('"w1f"', '""'))
    page.locator(".lw-x-count", has_text=everything).wait_for()
    show("a jump to anywhere, until its rows are there", page.evaluate(SCROLL))
    show("frames while the wheel turns", page.evaluate(WHEEL))
    opened.run(2)
    heap = page.evaluate("() => performance.memory.usedJSHeapSize") / 2**20
    print(f"memory: kernel at most {opened.output(2).strip()} GiB, page {heap:.0f} MiB of JavaScript")
    assert opened.page_errors() == []


if __name__ == "__main__":
    main()
