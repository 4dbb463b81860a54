"""What a user asks of a format beside the file: checked names, typed values, clear refusals."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import PydanticCustomError

from planner.formats.format import Format
from planner.models.base.errors import InputError, refuse
from planner.models.base.quantities import Dimension, parse


class Options:
    """The options given to one format.

    Raises `InputError` (`option-unknown`) for a name the format does not have; every getter raises
    `InputError` (`option-value`) for a value it cannot use.
    """

    def __init__(self, kind: Format, given: Mapping[str, Any] | None = None) -> None:
        self._format = kind.name
        self._given = {name: value for name, value in (given or {}).items() if value is not None}
        for name in self._given:
            if name not in kind.options:
                known = ", ".join(f"`{option}`" for option in kind.options) or "none"
                message = f"the format `{kind.name}` has no option `{name}`"
                raise refuse("option-unknown", message, f"Its options: {known}.", path=name)

    def __contains__(self, name: object) -> bool:
        return name in self._given

    def text(self, name: str, default: str) -> str:
        """Return an option as text."""
        return str(self._given.get(name, default))

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        """Return an option that is one of a few words."""
        value = self.text(name, default)
        if value not in choices:
            words = ", ".join(f"`{choice}`" for choice in choices)
            raise self.refuse(name, f"`{value}` is none of the choices", f"Write one of {words}.")
        return value

    def flag(self, name: str) -> bool:
        """Return an option that is `true` or `false`, false if not given."""
        value = self._given.get(name, False)
        words = {"true": True, "false": False}
        if str(value).lower() not in words:
            raise self.refuse(name, f"`{value}` is neither true nor false", "Write true or false.")
        return words[str(value).lower()]

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return an option that is a whole number between `least` and `most`, both included."""
        value = self._given.get(name)
        if value is None:
            return default
        try:
            number = None if isinstance(value, bool | float) else int(value)
        except (TypeError, ValueError):
            number = None
        if number is None or not least <= number <= most:
            fix = f"Write a whole number from {least} to {most}."
            raise self.refuse(name, f"`{value}` is not usable here", fix)
        return number

    def quantity(self, name: str, dimension: Dimension, default: str) -> float:
        """Return an option with a unit, in the base unit of its dimension; it is above zero."""
        try:
            number = parse(self._given.get(name, default), dimension)
        except PydanticCustomError as error:
            fix = str((error.context or {}).get("fix", ""))
            raise self.refuse(name, error.message(), fix) from None
        if number <= 0:
            fix = f"Write a {dimension.name} above zero."
            raise self.refuse(name, f"`{self._given.get(name)}` is not above zero", fix)
        return number

    def positive(self, name: str, default: float) -> float:
        """Return an option that is a bare number above zero."""
        value = self._given.get(name, default)
        try:
            number = 0.0 if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = 0.0
        if not 0 < number < float("inf"):
            raise self.refuse(name, f"`{value}` is not above zero", "Write a number above zero.")
        return number

    def refuse(self, name: str, message: str, fix: str) -> InputError:
        """Return the error for a value that cannot be used."""
        at = f"option `{name}` of `{self._format}`: {message}"
        return refuse("option-value", at, fix, path=name)
