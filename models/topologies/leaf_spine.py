"""Two-tier leaf-spine fabrics as a user writes them."""

from collections.abc import Iterator
from typing import Literal

from planner.models.base.errors import Issue
from planner.models.base.quantities import Duration, Rate
from planner.models.base.record import Count, Name, Record
from planner.models.topologies.naming import Naming, Nodes
from planner.models.topologies.rates import check_rates


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
            for position, link in enumerate(getattr(self, field)):
                for end, names in (("leaf", self.leaf_names()), ("spine", self.spine_names())):
                    if names.find(getattr(link, end)) is None:
                        yield Issue(
                            code="unknown-node",
                            loc=(*loc, field, position, end),
                            message=f"there is no {end} `{getattr(link, end)}`",
                            fix=f"The {end} names are {names.describe()}.",
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
