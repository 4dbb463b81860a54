"""A light scan of a text that is known to be TOML, for the places of its keys and values."""

import re
import tomllib

from planner.loading.places import Lines, Spot

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*(\.?)""")
_SCALAR = re.compile(
    r'"{3}[\s\S]*?(?<!\\)(?:\\\\)*"{3,5}'
    r"|'{3}[\s\S]*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|[^,\]}\n#]*"
)


def scan(text: str) -> Spot:
    """Return the spots of all keys and values of a valid TOML text."""
    return _Scanner(text).document()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = Lines(text)
        self._at = 0

    def document(self) -> Spot:
        """Scan tables and key-value lines to the end of the text."""
        root = Spot(self._lines.place(0))
        table = root
        while self._skip():
            if self._text[self._at] == "[":
                table = self._header(root)
            elif not self._pair(table):
                break
        return root

    def _skip(self) -> str:
        """Pass over blanks and comments; return the next character, empty at the end."""
        blank = _BLANK.match(self._text, self._at)
        self._at = blank.end() if blank else self._at
        return self._text[self._at : self._at + 1]

    def _header(self, root: Spot) -> Spot:
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        spot = self._keys(root)
        self._at += 2 if is_array else 1
        if is_array:
            entry = Spot(spot.key or spot.place, key=spot.key)
            spot.inside[len(spot.inside)] = entry
            return entry
        return spot

    def _keys(self, table: Spot) -> Spot:
        """Follow a dotted key from `table`; arrays of tables are followed into their last entry."""
        spot = table
        while match := _KEY.match(self._text, self._at):
            place = self._lines.place(match.start(1))
            name = _name(match[1])
            if isinstance(next(iter(spot.inside), None), int):
                spot = spot.inside[len(spot.inside) - 1]
            spot = spot.inside.setdefault(name, Spot(place, key=place))
            self._at = match.end()
            if not match[2]:
                break
        return spot

    def _pair(self, table: Spot) -> bool:
        """Scan `key = value`; return whether there was one."""
        before = self._at
        spot = self._keys(table)
        self._skip()
        self._at += 1
        self._skip()
        self._value(spot)
        return self._at > before + 1

    def _value(self, spot: Spot) -> None:
        spot.place = self._lines.place(self._at)
        opening = self._text[self._at : self._at + 1]
        if opening not in ("[", "{"):
            scalar = _SCALAR.match(self._text, self._at)
            self._at = scalar.end() if scalar else len(self._text)
            return
        self._at += 1
        while self._skip() not in ("]", "}", ""):
            if opening == "[":
                inner = Spot(self._lines.place(self._at))
                spot.inside[len(spot.inside)] = inner
                self._value(inner)
            elif not self._pair(spot):
                break
            if self._skip() == ",":
                self._at += 1
        self._at += 1


def _name(token: str) -> str:
    if token[0] not in "\"'":
        return token
    name: str = next(iter(tomllib.loads(f"{token} = 0")))
    return name
