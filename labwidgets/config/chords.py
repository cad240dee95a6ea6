"""Chords such as ``Ctrl+Enter``, and which action may have which."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from labwidgets.errors import ConfigError

Keys = dict[str, list[str]]
"""Chords of each action."""

MODIFIERS = ("Ctrl", "Alt", "Shift")
NEVER_EMPTY = ("help", "leave")
"""Without them nobody would find out of the text again, or see which keys there are."""

_ARROWS = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")
# Alone they type, move the caret, press buttons and walk through lists.
_PLAIN = ("Enter", "Space", "Backspace", "Delete", "Home", "End", "PageUp", "PageDown", *_ARROWS)
_NAMED = (*_PLAIN, "Escape", "Insert", "Tab", *(f"F{number}" for number in range(1, 13)))
_OTHER_NAMES = {"cmd": "Ctrl", "command": "Ctrl", "control": "Ctrl", "option": "Alt"}
_OTHER_NAMES |= {"esc": "Escape", "del": "Delete"}
_ALIASES = (
    _OTHER_NAMES
    | {name.lower(): name for name in (*MODIFIERS, *_NAMED)}
    | {name.removeprefix("Arrow").lower(): name for name in _ARROWS}
)
_BROWSER = {
    *("Ctrl+N", "Ctrl+T", "Ctrl+W", "Ctrl+Q", "Ctrl+Shift+N", "Ctrl+Shift+P", "Ctrl+Shift+T", "Ctrl+Shift+W"),
    *("Ctrl+Tab", "Ctrl+Shift+Tab", "Ctrl+PageUp", "Ctrl+PageDown", "Alt+Tab", "Alt+Shift+Tab", "Alt+F4"),
    *("Alt+Space", "Ctrl+Alt+Delete"),
}
_NOTEBOOK = {"Ctrl+S", "Ctrl+F"}
_CLIPBOARD = {"Ctrl+A", "Ctrl+C", "Ctrl+V", "Ctrl+X"}


def checked_chord(text: str) -> str:
    """Return a chord in its one spelling: ``ctrl+left`` gives ``Ctrl+ArrowLeft``.

    Raises:
        ConfigError: It names no key, or one that the browser, the notebook or the text needs.

    Examples:
        >>> checked_chord("shift+ctrl+z"), checked_chord("Alt++"), checked_chord("?")
        ('Ctrl+Shift+Z', 'Alt++', '?')
    """
    # The last sign may be a plus itself.
    *names, key = re.split(r"\+(?=.)", text.strip())
    held = [_ALIASES.get(name.strip().lower(), "") for name in names]
    key = _ALIASES.get(key.strip().lower(), key.upper() if len(key) == len(key.upper()) == 1 else "")
    if not key or key in MODIFIERS or not set(held) <= set(MODIFIERS) or not key.isprintable():
        raise ConfigError(
            "no such keys",
            value=text,
            allowed=f"{', '.join(MODIFIERS)} and one more, joined by +: a sign, {', '.join(_NAMED)}",
        )
    chord = "+".join((*(name for name in MODIFIERS if name in held), key))
    owner = _owner(chord)
    if owner:
        raise ConfigError("keys that cannot be given away", value=chord, allowed=f"keys that {owner}")
    return chord


def _owner(chord: str) -> str:
    if chord in _BROWSER:
        return "the browser and the system do not keep for themselves"
    if chord in _NOTEBOOK:
        return "the notebook does not need for saving and finding"
    if chord in _CLIPBOARD:
        return "the text does not need for copying and pasting"
    if chord in _PLAIN:
        return "do more than type, move the caret or press a button: put Ctrl, Alt or Shift before it"
    return ""


def rebound(keys: Keys, changes: Mapping[str, Any]) -> Keys:
    """Return ``keys`` with the chords of some actions replaced; no chord may have two actions then.

    Args:
        keys: All actions.
        changes: By action: a chord, some chords, or none.

    Raises:
        ConfigError: An unknown action, keys that cannot be used, keys with two actions, or a last way out
            that would be gone.
    """
    changed = dict(keys)
    for action, given in changes.items():
        if action not in keys:
            close = difflib.get_close_matches(str(action), keys, n=1)
            raise ConfigError(
                "unknown action",
                value=action,
                allowed=", ".join(keys),
                remedy=f"Did you mean {close[0]}" if close else "",
            )
        chords = [given] if isinstance(given, str) else (given or [])
        if not isinstance(chords, Iterable) or not all(isinstance(chord, str) for chord in chords):
            raise ConfigError(
                f"no keys of {action}",
                value=given,
                allowed='a chord such as "Alt+L", a list of them, or [] for none',
            )
        changed[action] = list(dict.fromkeys(checked_chord(chord) for chord in chords))
    _check_owners(changed)
    return changed


def _check_owners(keys: Keys) -> None:
    owners: dict[str, str] = {}
    for action, chords in keys.items():
        for chord in chords:
            other = owners.setdefault(chord, action)
            if other != action:
                raise ConfigError(
                    "the same keys twice",
                    value=chord,
                    allowed="one action for each",
                    remedy=f"{other} and {action} both have them: give one of the two others, or []",
                )
    for action in NEVER_EMPTY:
        if not keys.get(action):
            raise ConfigError("no keys left", value=action, allowed="at least one chord")
