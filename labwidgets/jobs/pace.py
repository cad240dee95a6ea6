"""How long work will take still."""

from __future__ import annotations

from collections import deque

_SEEN = 20
_APART_S = 0.5
_SHORTEST_S = 2.0


class Pace:
    """Tells the time left by how fast the last pieces came: those that were done before pass by at once.

    >>> pace = Pace()
    >>> [pace.left_s(done, 10, now_s=5.0 * done) for done in range(3)]
    [None, 45.0, 40.0]
    """

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque(maxlen=_SEEN)
        self._total = 0

    def left_s(self, done: int, total: int, *, now_s: float) -> float | None:
        """Take news, and return the seconds left; None while nothing tells.

        Args:
            done: Pieces.
            total: Of them; 0 while it is not known.
            now_s: On a clock that never goes back.
        """
        if total != self._total or (self._seen and done < self._seen[-1][1]):
            # Another stage, of other pieces.
            self._seen.clear()
            self._total = total
        if not self._seen or now_s - self._seen[-1][0] >= _APART_S:
            self._seen.append((now_s, done))
        began_s, first = self._seen[0]
        if total == 0 or done == first or now_s - began_s < _SHORTEST_S:
            return None
        return (total - done) * (now_s - began_s) / (done - first)
