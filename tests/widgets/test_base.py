"""What all widgets share, below their messages: which loop of the kernel answers."""

from __future__ import annotations

import contextvars
from typing import Any

import comm
import pytest
from ipykernel.comm.comm import BaseComm

from labwidgets.widgets._base import LabWidget, let_page_choose_loop

asked_by: contextvars.ContextVar[str] = contextvars.ContextVar("asked_by", default="nobody")


class KernelComm(BaseComm):
    """The kernel's own comm, as the cell that shows a widget leaves it."""

    def publish_msg(self, *_: Any, **__: Any) -> None:
        self._reply_subshell_id = None
        self._reply_subshell_ids["answered"] = None


def test_the_page_chooses_the_loop_whoever_spoke_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comm, "create_comm", KernelComm)
    widget = LabWidget(kind="player")
    widget.emit("changed", {})
    assert (
        widget.comm._reply_subshell_for({"content": {"id": "new"}}, "beside the cells") == "beside the cells"
    )
    assert widget.comm._reply_subshell_for({"content": {"id": "answered"}}, "beside") == "beside"
    assert widget.comm._reply_subshell_ids == {}
    widget.close()


def test_a_comm_of_another_kernel_is_left_as_it_is() -> None:
    other = object()
    let_page_choose_loop(other)
    assert not hasattr(other, "_reply_subshell_for")


def test_a_slow_answer_knows_whose_message_it_answers(page_of: Any) -> None:
    page = page_of(lambda: LabWidget(kind="player"))
    page.widget.handlers["asset"] = lambda _: ({"name": asked_by.get(), "hash": ""}, [])
    token = asked_by.set("this message")
    try:
        assert page.reply("asset", {"name": "app", "gzip": True})["name"] == "this message"
    finally:
        asked_by.reset(token)
