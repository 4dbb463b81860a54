"""How many threads dense linear algebra uses within a block."""

from planner.solvers.engines.threads import _controls, blas_threads


def test_threads_are_limited_within_the_block_alone():
    """The number holds inside, and the one from before comes back, also after an error."""
    before = [get() for _, get in _controls()]
    try:
        with blas_threads(None):
            assert all(get() == 1 for _, get in _controls())
            raise KeyError
    except KeyError:
        pass
    assert [get() for _, get in _controls()] == before
