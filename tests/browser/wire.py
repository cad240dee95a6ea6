"""What comes over the WebSocket of a page and goes over it, by the message that it belongs to."""

from __future__ import annotations

import time
from typing import Any

# Frames as the page gets them. JupyterLab tells at each message that the kernel is busy, and idle again: that
# counts for the message. See https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html
METER = """
{
  const text = new TextDecoder();
  const asked = new Map();
  const parts = data => {
    if (typeof data === "string") return JSON.parse(data);
    const view = new DataView(data);
    const n = Number(view.getBigUint64(0, true));
    const at = Array.from({length: n}, (_, i) => Number(view.getBigUint64(8 * (i + 1), true)));
    const part = i => text.decode(new Uint8Array(data, at[i], (at[i + 1] ?? data.byteLength) - at[i]));
    const [header, parent_header, content] = [1, 2, 4].map(i => JSON.parse(part(i)));
    return {header, parent_header, content};
  };
  const nameOf = ({header, parent_header, content}) => {
    const {kind, name} = content?.data?.content ?? {};
    if (kind === "event") return name;
    if (kind) asked.set(header.msg_id, name);
    return name ?? asked.get(parent_header?.msg_id) ?? "jupyter";
  };
  window.wire = {down: {}, up: {}, requests: {}};
  const add = (table, name, n) => { table[name] = (table[name] ?? 0) + n; };
  const note = (way, data) => {
    let name = "jupyter";
    // The socket of Jupyter's own events speaks otherwise.
    try { name = nameOf(parts(data)); } catch {}
    add(window.wire[way], name, data.byteLength ?? data.length);
    if (way === "up") add(window.wire.requests, name, 1);
  };
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({data}) => note("down", data));
    }
    send(data) {
      note("up", data);
      super.send(data);
    }
  };
}
"""

Table = dict[str, dict[str, int]]


class Meter:
    """Counts from where it was set last.

    Args:
        page: With ``METER`` as a script that ran before any other.
    """

    def __init__(self, page: Any) -> None:
        self._page = page
        self._from: Table = {}
        self.set()

    def _now(self) -> Table:
        found: Table = self._page.evaluate("() => window.wire")
        return found

    def set(self) -> None:
        """Count from here."""
        self._from = self._now()

    def read(self, way: str = "down") -> dict[str, int]:
        """Return bytes (or, for ``requests``, how many) by message, largest first."""
        now = self._now()[way]
        found = {name: n - self._from[way].get(name, 0) for name, n in now.items()}
        return {name: n for name, n in sorted(found.items(), key=lambda one: -one[1]) if n}

    def settle(self, *, quiet_s: float = 1.5) -> dict[str, int]:
        """Wait until nothing came for a while; return what came since ``set``."""
        before, since = self.read(), time.monotonic()
        while time.monotonic() - since < quiet_s:
            self._page.wait_for_timeout(100)
            now = self.read()
            if now != before:
                before, since = now, time.monotonic()
        return before
