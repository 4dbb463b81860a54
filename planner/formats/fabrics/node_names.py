"""Names of nodes as an instance allows them: no blanks, commas or semicolons, each one once."""

import re
from collections.abc import Sequence


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
