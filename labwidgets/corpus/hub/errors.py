"""What went wrong at a Hub, in words that say what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from labwidgets.errors import HubError, LabError

_CONFLICTS = frozenset({409, 412})
_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
_NETWORK = "Look at the network, then push again: what was sent already is not sent twice"
_REMEDIES = {
    400: ("the Hub does not accept this push", "Read what it says, correct it and push again"),
    401: ("the Hub does not accept the token", "Log in with `hf auth login`, or set HF_TOKEN"),
    403: ("the token may not write there", "Use a token with write access, or push to your own name"),
    404: ("the repository is not there or not yours", "Check its name and the token"),
    409: ("the repository is busy: somebody else writes to it", "Push again in a moment"),
    412: ("somebody else keeps committing to the repository", "Push again in a moment"),
    413: ("the Hub finds a file too big", "Ask the Hub for more room"),
    429: ("the Hub asks to slow down", "Push again in a few minutes"),
}
_NO_ROOM = (
    "the Hub has no room left for this account",
    "Free some there, or ask the Hub for more; then push again",
)
_ROOM = re.compile(r"quota|storage (limit|space)|out of (storage|space)|too much storage", re.IGNORECASE)
_STATUS_IN_TEXT = re.compile(r"\b(4\d\d|5\d\d)\b")


def status_of(error: BaseException) -> int | None:
    """Return the HTTP status behind an error; None where no answer came."""
    response = getattr(error, "response", None)
    if response is not None:
        return getattr(response, "status_code", None)
    if isinstance(error, RuntimeError) and error.__cause__ is not None:
        return status_of(error.__cause__)
    if _is_of_xet(error):
        # The uploader of xet storage tells the status in its text alone.
        found = _STATUS_IN_TEXT.search(str(error))
        return int(found[1]) if found else None
    return None


def is_conflict(error: BaseException) -> bool:
    """Return whether somebody else was faster."""
    return status_of(error) in _CONFLICTS


def is_transient(error: BaseException) -> bool:
    """Return whether trying again may help: the server stumbled, or its answer got lost."""
    if isinstance(error, LabError):
        return False
    status = status_of(error)
    return status in _TRANSIENT if status is not None else _is_transport(error)


def _is_of_xet(error: BaseException) -> bool:
    return type(error) is ConnectionError or type(error).__name__.startswith("Xet")


def _is_transport(error: BaseException) -> bool:
    from huggingface_hub.utils import httpx

    if isinstance(error, RuntimeError) and error.__cause__ is not None:
        return _is_transport(error.__cause__)
    return isinstance(error, httpx.TransportError | ConnectionError | TimeoutError)


@contextmanager
def explained(repo_id: str) -> Iterator[None]:
    """Turn whatever the Hub's client raises into a HubError.

    Raises:
        HubError: For any failure inside the block that is not a LabError already.
    """
    try:
        yield
    except LabError:
        raise
    except Exception as e:
        raise _hub_error(e, repo_id) from e


def _hub_error(error: Exception, repo_id: str) -> LabError:
    # The uploader wraps whatever stopped it, our own word that the line is dead too.
    if isinstance(error.__cause__, LabError):
        return error.__cause__
    status, said = status_of(error), _said(error)
    if status is None and not _ROOM.search(said):
        problem, remedy = _unanswered(error, said)
        return HubError(problem, value=repo_id, remedy=remedy)
    if status is not None and status >= 500:
        return HubError(f"the Hub has a problem (status {status})", value=repo_id, remedy=_NETWORK)
    refused = (f"the Hub refused (status {status})", "Read what it says")
    problem, remedy = _NO_ROOM if _ROOM.search(said) else _REMEDIES.get(status or 0, refused)
    return HubError(problem, value=repo_id, remedy=f"{remedy}. The Hub said: {said}" if said else remedy)


def _unanswered(error: Exception, said: str) -> tuple[str, str]:
    if isinstance(error, FileNotFoundError):
        return "files of the data set went away while they were sent", "Push again"
    if _is_transport(error):
        return "the Hub cannot be reached or does not answer", _NETWORK
    return f"the push failed ({type(error).__name__})", said


def _said(error: BaseException) -> str:
    said = getattr(error, "server_message", None) or getattr(error.__cause__, "server_message", None)
    if said is None and status_of(error) is None:
        said = str(error)
    return " ".join(str(said or "").split())[:300]
