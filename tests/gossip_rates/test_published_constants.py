"""chi1 and chi2 of the networks of A2CiD2, one communication per worker and unit of time."""

import numpy as np
import pytest

from planner.models.gossip_rates.laplacian import fiedler, pseudo_inverse, resistances


def exponential(nodes):
    """Return edges and rates of the exponential graph: i calls i + 2^p, each peer equally often."""
    powers = 2 ** np.arange(int(np.log2(nodes)))
    calls = [(i, (i + step) % nodes) for i in range(nodes) for step in powers.tolist()]
    ends, count = np.unique(np.sort(calls, axis=1), axis=0, return_counts=True)
    return ends, count / (2 * len(powers))


def ring(nodes):
    """Return edges and rates of a cycle, half a communication per edge."""
    ends = np.sort([(i, (i + 1) % nodes) for i in range(nodes)], axis=1)
    return ends, np.full(nodes, 0.5)


@pytest.mark.parametrize(
    ("make", "nodes", "chi1", "chi2"),
    [
        (ring, 16, 13.1371, 0.9375),
        (ring, 64, 207.6725, 0.9844),
        (exponential, 16, 2.0, 1.0097),
        (exponential, 64, 3.0, 1.0241),
    ],
)
def test_constants_over_the_edges(make, nodes, chi1, chi2):
    """chi2 is half the largest resistance of an edge of the network."""
    ends, rate = make(nodes)
    assert np.bincount(ends.ravel(), np.repeat(rate, 2)) == pytest.approx(1.0)
    assert 1 / fiedler(nodes, ends, rate)[0] == pytest.approx(chi1, rel=1e-4)
    assert resistances(nodes, ends, rate).max() / 2 == pytest.approx(chi2, rel=1e-4)


@pytest.mark.parametrize(("nodes", "chi2"), [(16, 1.1365), (64, 1.1531)])
def test_the_largest_resistance_of_any_pair_is_larger(nodes, chi2):
    """1.1365 and 1.1531 are halves of the largest resistance of all pairs, edges or not."""
    ends, rate = exponential(nodes)
    inverse = pseudo_inverse(nodes, ends, rate)
    own = inverse.diagonal()
    apart = own[:, None] + own - 2 * inverse
    assert apart.max() / 2 == pytest.approx(chi2, rel=1e-4)
