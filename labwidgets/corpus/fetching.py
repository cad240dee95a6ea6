"""Sources behind a URL, fetched within bounds and from nowhere that the user did not mean.

A name may resolve to this machine or to its neighbours, and a server may redirect there: what counts is the
address that a connection has, looked at before anything is sent.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import SplitResult, unquote, urlsplit

from labwidgets.errors import LabError, MissingExtraError, SourceError

MOST_BYTES = 64 << 30
MOST_UNSIZED_BYTES = 2 << 30
"""Of an answer that does not say how long it is: it may have no end."""
MOST_UNSIZED_S = 900.0
SLOWEST_BYTES_PER_S = 1_000
"""On average, after ``MOST_UNSIZED_S``: slower is not a slow line but one that is held open."""
TIMEOUT_S = 30.0
REMOTE = ("s3", "s3a", "gs", "gcs", "az", "adl", "abfs", "abfss", "oss", "hf")
"""Stores that are reached through fsspec, with the keys that the user has set up for them."""

_PIECE = 1 << 20
_OF_IPV4 = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
"""Whose last four bytes are an address of IPv4, to which a gateway leads."""
_METADATA = ("168.63.129.16",)
"""Azure's, which looks like a public one."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may be fetched.

    Attributes:
        allow_local: Also ``file:``, other schemes of fsspec, and addresses that are not on the public net.
        most_bytes: Of one source.
    """

    allow_local: bool = False
    most_bytes: int = MOST_BYTES


def is_url(name: str) -> bool:
    """Return whether a source is named by a URL."""
    return "://" in name or name.startswith("file:")


def fetch(url: str, folder: Path, bounds: Bounds) -> Path:
    """Fetch a file, or a folder of a store, into the empty ``folder`` and return its path.

    Raises:
        SourceError: It may not be fetched, is not there, or is larger than the bounds.
        MissingExtraError: A package for this kind of store is missing.
    """
    parts = _parts(url)
    if "::" in url and not bounds.allow_local:
        raise _not_allowed(url)
    if parts.scheme in ("http", "https"):
        return _fetch_http(url, folder, bounds)
    if parts.scheme not in REMOTE and not bounds.allow_local:
        raise _not_allowed(url)
    return _fetch_store(url, folder, bounds)


def _parts(url: str) -> SplitResult:
    """Return the parts of a URL.

    Raises:
        SourceError: It is none, or holds a password.
    """
    try:
        parts = urlsplit(url)
        is_http = parts.scheme in ("http", "https")
        # A port that is none says so when it is read.
        is_one = not is_http or "@" in parts.netloc or (bool(parts.hostname) and parts.port != 0)
    except ValueError as e:
        raise SourceError("this is no URL", value=_shown(url)) from e
    if not is_one:
        raise SourceError("this is no URL", value=_shown(url))
    if is_http and "@" in parts.netloc:
        raise SourceError(
            "a URL with a user or a password in it is not fetched",
            value=_shown(url),
            remedy="Download it with the program that knows the password, and add the file",
        )
    return parts


def _not_allowed(url: str) -> SourceError:
    return SourceError(
        "such a URL is not fetched",
        value=_shown(url),
        allowed=", ".join((*("http", "https"), *REMOTE)),
        remedy="Say allow_local=True (--allow-local) if you mean it",
    )


def _shown(url: str) -> str:
    """Return a URL without user, password and query, which may be keys."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"[:300]
    except ValueError:
        return url.partition("://")[0][:20] + "://…"


def _name(url: str) -> str:
    name = PurePosixPath(unquote(urlsplit(url).path)).name.replace("\\", "_").replace("\0", "_")
    return name.lstrip(".")[-100:] or "source"


# ---- http ----------------------------------------------------------------------------------------------


def _fetch_http(url: str, folder: Path, bounds: Bounds) -> Path:
    opener = urllib.request.OpenerDirector()
    # No proxy: it would be the one that we look at. Nothing but http: a redirect leads nowhere else.
    handlers = (_Http(bounds), _Https(bounds), _Redirects(), urllib.request.HTTPErrorProcessor())
    for handler in (*handlers, urllib.request.HTTPDefaultErrorHandler(), urllib.request.UnknownHandler()):
        opener.add_handler(handler)
    request = urllib.request.Request(url, headers={"User-Agent": "labwidgets"})  # noqa: S310 - http(s), as checked
    try:
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            length = answer.headers.get("Content-Length", "")
            return _save(answer, folder / _name(url), url, _limit(length, url, bounds))
    except urllib.error.HTTPError as e:
        raise SourceError(f"the server answers {e.code}", value=_shown(url)) from e
    except (OSError, http.client.HTTPException, ValueError) as e:
        if isinstance(e, LabError):
            raise
        reason = getattr(e, "reason", e)
        if isinstance(reason, LabError):
            raise reason from e
        # Other errors say the URL as it is, keys and all.
        said = reason if isinstance(reason, OSError) else type(reason).__name__
        raise SourceError(f"the URL cannot be fetched ({said})", value=_shown(url)) from e


@dataclass(frozen=True, slots=True)
class _Limit:
    n_bytes: int
    is_sized: bool


def _limit(length: str, url: str, bounds: Bounds) -> _Limit:
    if not (length.isascii() and length.isdecimal()):
        return _Limit(min(MOST_UNSIZED_BYTES, bounds.most_bytes), is_sized=False)
    if int(length) > bounds.most_bytes:
        raise _too_large(url, bounds.most_bytes)
    return _Limit(int(length), is_sized=True)


def _too_large(url: str, most: int) -> SourceError:
    return SourceError(
        "there is more behind the URL than is fetched", value=_shown(url), allowed=f"{most / (1 << 30):g} GiB"
    )


def _save(source: IO[bytes] | Any, path: Path, url: str, limit: _Limit) -> Path:
    began_s, n_bytes = time.monotonic(), 0
    with path.open("xb") as file:
        # What has come is looked at as it comes: a whole piece may take for ever.
        while piece := getattr(source, "read1", source.read)(_PIECE):
            n_bytes += len(piece)
            spent_s = time.monotonic() - began_s
            if n_bytes > limit.n_bytes:
                raise _too_large(url, limit.n_bytes)
            is_slow = not limit.is_sized or n_bytes < spent_s * SLOWEST_BYTES_PER_S
            if is_slow and spent_s > MOST_UNSIZED_S:
                raise SourceError("the answer has no end", value=_shown(url), allowed=f"{MOST_UNSIZED_S:g} s")
            file.write(piece)
    if limit.is_sized and n_bytes < limit.n_bytes:
        raise SourceError("the answer was cut off", value=_shown(url), remedy="Try again")
    return path


def _require_public(connection: socket.socket, host: str, bounds: Bounds) -> None:
    """Close a connection to this machine or its neighbours, before anything is sent.

    Raises:
        SourceError: It is one, and that is not allowed.
    """
    address = ipaddress.ip_address(str(connection.getpeername()[0]).partition("%")[0])
    if not bounds.allow_local and not _is_public(address):
        connection.close()
        raise SourceError(
            "the URL leads to this machine or its own network",
            value=f"{host} ({address})",
            remedy="Say allow_local=True (--allow-local) if you mean it",
        )


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Return whether an address is one of the public net, and so is that which it stands for."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and any(address in net for net in _OF_IPV4):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return _is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and str(address) not in _METADATA


class _Connection(http.client.HTTPConnection):
    bounds = Bounds()

    def connect(self) -> None:
        super().connect()
        _require_public(self.sock, self.host, self.bounds)


class _SecureConnection(http.client.HTTPSConnection):
    bounds = Bounds()

    def connect(self) -> None:
        # As the library does it, with a look in between: the handshake sends something already.
        http.client.HTTPConnection.connect(self)
        _require_public(self.sock, self.host, self.bounds)
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


class _Http(urllib.request.HTTPHandler):
    def __init__(self, bounds: Bounds) -> None:
        super().__init__()
        self._connection: Any = type("_Bounded", (_Connection,), {"bounds": bounds})

    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(self._connection, req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, bounds: Bounds) -> None:
        super().__init__()
        self._connection: Any = type("_Bounded", (_SecureConnection,), {"bounds": bounds})

    def https_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(self._connection, req)


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = 5


# ---- stores --------------------------------------------------------------------------------------------


def _fetch_store(url: str, folder: Path, bounds: Bounds) -> Path:
    import fsspec

    try:
        store, root = fsspec.core.url_to_fs(url)
        if not store.isdir(root):
            with store.open(root, "rb") as file:
                return _save(file, folder / _name(url), url, _Limit(bounds.most_bytes, is_sized=False))
        left, place = bounds.most_bytes, folder / (_name(url) or "source")
        for name, path in _below(store, root):
            target = place.joinpath(*PurePosixPath(name).parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with store.open(path, "rb") as file:
                left -= _save(file, target, url, _Limit(left, is_sized=False)).stat().st_size
    except ImportError as e:
        raise MissingExtraError(
            "a package for this kind of store is missing", value=_shown(url), remedy=str(e)
        ) from e
    except (OSError, ValueError) as e:
        if isinstance(e, LabError):
            raise
        raise SourceError(f"the URL cannot be fetched ({e})", value=_shown(url)) from e
    return place


def _below(store: Any, root: str) -> Iterator[tuple[str, str]]:
    """Yield the files below a folder of a store, by their names from there on."""
    for path in store.find(root):
        name = path[len(root.rstrip("/")) :].lstrip("/") if path.startswith(root.rstrip("/")) else ""
        if name and ".." not in PurePosixPath(name).parts:
            yield name, path
