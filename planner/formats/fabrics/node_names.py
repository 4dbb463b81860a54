"""Names of nodes as an instance allows them: no blanks, commas or semicolons, each one once."""

import re
from collections.abc import Iterable, Sequence


def usable_names(given: Sequence[object], prefix: str = "node") -> list[str]:
    """Return one name per entry, as close to the given one as can be.

    Blanks, commas and semicolons become `_`; a name that is missing or empty becomes `prefix` and
    its position; a repeated name gets a number.
    """
    taken: set[str] = set()
    names = []
    for position, label in enumerate(given):
        text = "" if label is None else str(label)
        base = re.sub(r"[\s,;]+", "_", text.strip())[:180] or f"{prefix}{position}"
        name, number = base, 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        names.append(name)
    return names


def changed(
    given: Sequence[object], names: Sequence[str], ends: Iterable[tuple[int, int]]
) -> tuple[str, ...]:
    """Return one sentence each on nodes that were renamed and links from a node to itself."""
    renamed = [f"{a} ({b})" for a, b in zip(given, names, strict=True) if str(a) != b]
    found = [f"Nodes with a new name: {', '.join(renamed)}."] if renamed else []
    loops = sum(a == b for a, b in ends)
    if loops:
        found.append(f"{loops} links from a node to itself are left out.")
    return tuple(found)
