"""`check`: what is wrong with an instance, as a list instead of an exception."""

from collections.abc import Sequence

from planner.api.sources import InstanceSource, Override, instance_of
from planner.models.base.errors import Finding, InputError


def check(source: InstanceSource, *, overrides: Sequence[Override] = ()) -> tuple[Finding, ...]:
    """Return every fault of an instance at once; empty if there is none.

    Each finding has a code, the file, line and path, what is wrong and how to mend it.
    """
    try:
        instance_of(source, overrides)
    except InputError as error:
        return error.findings
    return ()
