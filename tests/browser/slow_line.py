"""A slow line between a page and its server."""

from __future__ import annotations

import asyncio
import threading

BITS_PER_S = 1_000_000
ONE_WAY_S = 0.1


class SlowLine:
    """A way to a server on this machine of 1 Mbit/s and 100 ms in each direction, once ``is_slow`` is set."""

    def __init__(self, url: str) -> None:
        self.is_slow = False
        self._target = int(url.rsplit(":", 1)[1])
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        started = asyncio.start_server(self._connect, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(started, self._loop).result(10)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        self._free_at_s = {"up": 0.0, "down": 0.0}

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Either end may hang up in the middle, and ``close`` cuts off the rest: asyncio would report both.
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._carry("up", reader, back))
                ways.create_task(self._carry("down", there, writer))
        except* (ConnectionError, asyncio.CancelledError):
            writer.close()

    async def _carry(self, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)
        async with asyncio.TaskGroup() as carrying:
            carrying.create_task(self._deliver(queue, writer))
            while data := await reader.read(4096):
                now_s = self._loop.time()
                if self.is_slow:
                    # All connections share the line.
                    begin_s = max(now_s, self._free_at_s[way])
                    self._free_at_s[way] = begin_s + 8 * len(data) / BITS_PER_S
                    now_s = self._free_at_s[way] + ONE_WAY_S
                await queue.put((now_s, data))
            await queue.put((0, b""))

    async def _deliver(self, queue: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        try:
            while (item := await queue.get())[1]:
                await asyncio.sleep(max(0, item[0] - self._loop.time()))
                writer.write(item[1])
                await writer.drain()
        finally:
            writer.close()
