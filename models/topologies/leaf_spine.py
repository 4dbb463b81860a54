"""Two-tier leaf-spine fabrics as a user writes them."""

import bisect
import itertools
from collections.abc import Iterator, Sequence
from typing import Literal

from planner.models.base.errors import Issue
from planner.models.base.quantities import Duration, Rate
from planner.models.base.record import Count, Name, Record
from planner.models.topologies.naming import Naming, Nodes
from planner.models.topologies.rates import check_rates
from planner.models.topologies.repeats import check_repeats


class SpineGroup(Record):
    """Neighbouring spines whose links all have one rate."""

    count: Count
    link_rate: Rate
    parallel_links: Count = 1


class LinkOverride(Record):
    """A leaf-spine link that differs from the rest of the fabric."""

    leaf: Name
    spine: Name
    up_rate: Rate | None = None
    """Rate from the leaf to the spine; unchanged if not given."""
    down_rate: Rate | None = None
    """Rate from the spine to the leaf; unchanged if not given."""
    parallel_links: Count | None = None


class FailedLink(Record):
    """A link that is down, in both directions."""

    leaf: Name
    spine: Name
    links: Count | None = None
    """How many of the parallel links are down; all of them if not given."""


class LeafSpine(Record):
    """A two-tier fabric: every leaf is linked to every spine, hosts hang off leaves.

    Hosts are `host0`, `host1`, ... in leaf order unless `hosts` names them.
    """

    kind: Literal["leaf_spine"]
    leaves: Nodes
    spines: Nodes | None = None
    """Number or names of the spines, all with `link_rate`; or give `spine_groups`."""
    spine_groups: tuple[SpineGroup, ...] = ()
    """Groups of spines with different rates; the spines are numbered through the groups."""
    link_rate: Rate | None = None
    """Rate of one leaf-spine link, per direction."""
    parallel_links: Count = 1
    """Links between each leaf and each spine."""
    hosts_per_leaf: Count | None = None
    hosts: dict[Name, tuple[Name, ...]] | None = None
    """Names of the hosts of each leaf, instead of `hosts_per_leaf`."""
    nic_rate: Rate | None = None
    """Rate of a host's NIC, per direction; no NIC limit if not given."""
    latency: Duration = 0.0
    """Propagation and switching latency of one link."""
    link_overrides: tuple[LinkOverride, ...] = ()
    failed_links: tuple[FailedLink, ...] = ()

    def leaf_names(self) -> Naming:
        """Return the names of the leaves."""
        return Naming(self.leaves, "leaf")

    def spine_names(self) -> Naming:
        """Return the names of the spines, through all groups."""
        if self.spine_groups:
            return Naming(sum(group.count for group in self.spine_groups), "spine")
        return Naming(self.spines or 0, "spine")

    def host_names(self) -> Naming:
        """Return the names of the hosts, in leaf order."""
        if self.hosts is not None:
            order = self.leaf_names()
            return Naming([host for leaf in order for host in self.hosts.get(leaf, ())], "host")
        return Naming((self.hosts_per_leaf or 0) * len(self.leaf_names()), "host")

    def cross_check(self, loc: tuple[str | int, ...] = ("topology",)) -> Iterator[Issue]:
        """Yield references to nodes that do not exist, and fields that exclude each other."""
        yield from check_rates(self, loc)
        yield from self._check_fields(loc)
        yield from self._check_names(loc)
        for field in ("link_overrides", "failed_links"):
            yield from self._check_links(getattr(self, field), (*loc, field))
        yield from self._check_failures((*loc, "failed_links"))

    def _check_links(
        self, links: Sequence[LinkOverride | FailedLink], loc: tuple[str | int, ...]
    ) -> Iterator[Issue]:
        groups = {"leaf": self.leaf_names(), "spine": self.spine_names()}
        for position, link in enumerate(links):
            for end, names in groups.items():
                if names.find(getattr(link, end)) is None:
                    yield Issue(
                        code="unknown-node",
                        loc=(*loc, position, end),
                        message=f"there is no {end} `{getattr(link, end)}`",
                        fix=f"The {end} names are {names.describe()}.",
                    )
        named = (((link.leaf, link.spine), f"{link.leaf}-{link.spine}") for link in links)
        yield from check_repeats(named, loc)

    def _check_failures(self, loc: tuple[str | int, ...]) -> Iterator[Issue]:
        """Check that no more parallel links are down than there are."""
        spines = self.spine_names()
        own = {(link.leaf, link.spine): link.parallel_links for link in self.link_overrides}
        ends = list(itertools.accumulate(group.count for group in self.spine_groups))
        for position, failed in enumerate(self.failed_links):
            spine = spines.find(failed.spine)
            if failed.links is None or spine is None:
                continue
            there = own.get((failed.leaf, failed.spine)) or (
                self.spine_groups[bisect.bisect(ends, spine)].parallel_links
                if ends
                else self.parallel_links
            )
            if failed.links > there:
                yield Issue(
                    code="out-of-range",
                    loc=(*loc, position, "links"),
                    message=f"{failed.links} links are down between `{failed.leaf}` and "
                    f"`{failed.spine}`, where there are {there}",
                    fix=f"Give at most {there}, or leave `links` out if all are down.",
                )

    def _check_fields(self, loc: tuple[str | int, ...]) -> Iterator[Issue]:
        if (self.spines is None) == (not self.spine_groups):
            yield Issue(
                code="one-of",
                loc=(*loc, "spines"),
                message="give either `spines` or `spine_groups`",
                fix="Keep one of the two fields.",
            )
        if self.spines is not None and self.link_rate is None:
            yield Issue(
                code="missing-key",
                loc=(*loc, "link_rate"),
                message="`link_rate` is missing",
                fix="Give the rate of one leaf-spine link, for example `link_rate: 400 Gbit/s`.",
            )
        given = self.model_fields_set if self.spine_groups and self.spines is None else set[str]()
        for field in ("link_rate", "parallel_links"):
            if field in given and getattr(self, field) is not None:
                yield Issue(
                    code="one-of",
                    loc=(*loc, field),
                    message=f"each of the `spine_groups` has its own `{field}`",
                    fix=f"Remove this line, and give `{field}` in the groups.",
                )
        if self.hosts_per_leaf is not None and self.hosts is not None:
            yield Issue(
                code="one-of",
                loc=(*loc, "hosts"),
                message="give either `hosts_per_leaf` or `hosts`",
                fix="Keep one of the two fields.",
            )

    def _check_names(self, loc: tuple[str | int, ...]) -> Iterator[Issue]:
        groups = {
            "leaves": self.leaf_names(),
            "spines": self.spine_names(),
            "hosts": self.host_names(),
        }
        for field, names in groups.items():
            for name in names.repeated():
                yield Issue(
                    code="name-repeated",
                    loc=(*loc, field),
                    message=f"the name `{name}` stands for two nodes",
                    fix="Give every node a name of its own.",
                )
        for leaf in self.hosts or {}:
            if self.leaf_names().find(leaf) is None:
                yield Issue(
                    code="unknown-node",
                    loc=(*loc, "hosts", leaf),
                    message=f"there is no leaf `{leaf}`",
                    fix=f"The leaf names are {self.leaf_names().describe()}.",
                )
