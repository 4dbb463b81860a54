"""The base classes of plans and certificates."""

from planner.models.base.record import Record


class Plan(Record):
    """A plan in the words of its problem. Subclasses fix `kind` and the columns.

    The name of a subclass is its kind: `explicit` (every part), `aggregated` (amounts per pair or
    class) or `rule` (a named rule with its parameters).
    """

    kind: str


class Certificate(Record):
    """What is needed to re-check a bound by arithmetic: multipliers, lengths or cuts."""

    kind: str
