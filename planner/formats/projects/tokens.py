"""Lines of whole numbers, some of them in brackets, as the project formats write them."""

import re

from planner.formats.source import Source


def rows_of_numbers(file: Source, fix: str) -> list[tuple[int, list[int]]]:
    """Return (line from 1, numbers) of every line that is not blank.

    Brackets round a number are left out. Raises `InputError` (`import-syntax`) for other text and
    for a file without numbers.
    """
    rows = []
    for number, line in enumerate(file.text.splitlines(), start=1):
        words = re.sub(r"\[(-?\d{1,9})\]", r" \1 ", line).split()
        if not words:
            continue
        if all(re.fullmatch(r"-?[0-9]{1,9}", word) for word in words):
            rows.append((number, [int(word) for word in words]))
        else:
            file.fault("import-syntax", "the line holds more than numbers", fix, line=number)
    if not rows:
        file.fault("import-syntax", "the file holds no numbers", fix)
    file.stop_if_faulty()
    return rows
