"""Links that a list may name only once."""

from collections.abc import Hashable, Iterable, Iterator

from planner.models.base.errors import Issue


def check_repeats(
    links: Iterable[tuple[Hashable, str]], loc: tuple[str | int, ...]
) -> Iterator[Issue]:
    """Yield an issue for each entry of the list at `loc` that names a link of an earlier entry.

    `links` gives for each entry what tells its link from others, and the name of the link.
    """
    seen: dict[Hashable, int] = {}
    for position, (link, name) in enumerate(links):
        first = seen.setdefault(link, position)
        if first != position:
            yield Issue(
                code="link-repeated",
                loc=(*loc, position),
                message=f"the link `{name}` stands here already, in entry {first} (from 0)",
                fix="Keep one entry for each link.",
            )
