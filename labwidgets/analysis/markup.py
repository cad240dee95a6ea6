"""HTML made of elements: text is escaped where it goes in, so that none of it can become markup."""

from __future__ import annotations

import base64
import html
from dataclasses import dataclass

_EMPTY = frozenset({"meta", "br", "hr", "col", "img"})


@dataclass(frozen=True, slots=True)
class Element:
    """Markup that is finished; only :func:`element` and :func:`document` make one."""

    markup: str


Child = Element | str | int | float | None


def element(kind: str, *children: Child, **attributes: str | float | None) -> Element:
    """Return ``<kind …>children</kind>``; texts and values are escaped, None is left out.

    Attributes that are Python's words end in ``_``: ``class_``; ``data_x`` stands for ``data-x``.

    >>> element("p", "1 < 2", class_="a").markup
    '<p class="a">1 &lt; 2</p>'
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(_markup(child) for child in children)
    return Element(f"<{kind}{given}>" if kind in _EMPTY else f"<{kind}{given}>{inner}</{kind}>")


def _markup(child: Child) -> str:
    if child is None:
        return ""
    return child.markup if isinstance(child, Element) else html.escape(str(child))


def picture(title: str, size: tuple[int, int], body: str, *, font_px: int = 13) -> str:
    """Return an SVG that shrinks with its place, on a ground of its own: notebooks are dark or light.

    Args:
        title: What it is, for those who do not see it.
        size: Its width and height, in pixels.
        body: Markup that is finished.
        font_px: Size of its letters.
    """
    width, height = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" style="max-width: 100%; height: auto" '
        f'aria-label="{html.escape(title)}" font-family="system-ui, sans-serif" font-size="{font_px}" '
        f'fill="#1c1e21"><rect width="100%" height="100%" fill="#ffffff"/>{body}</svg>'
    )


def image(svg: str, said: str) -> str:
    """Return a drawing as an image that shrinks with its page: JupyterLab cuts off a bare SVG.

    Args:
        svg: The drawing, see :func:`picture`.
        said: The same in words, for who does not see it.
    """
    source = f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
    return element("img", src=source, alt=said, style="max-width: 100%; height: auto").markup


def document(title: str, style: str, *children: Child) -> str:
    """Return a whole page that loads nothing and runs nothing.

    Args:
        title: Of the page.
        style: CSS of ours; no text of anybody else.
        children: Of the body.
    """
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        Element(f"<style>{style}</style>"),
    )
    return f"<!doctype html>\n{element('html', head, element('body', *children), lang='en').markup}\n"
