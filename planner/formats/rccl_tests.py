"""Output of rccl-tests, which prints the same tables as nccl-tests."""

from planner.formats import nccl_tests
from planner.formats.format import Format

FORMAT = Format(
    name="rccl-tests",
    summary="The same tables as written by rccl-tests on AMD machines.",
    problems=nccl_tests.FORMAT.problems,
    suffixes=nccl_tests.FORMAT.suffixes,
    read=nccl_tests.FORMAT.read,
    options=nccl_tests.FORMAT.options,
)
