"""Project files mean to us what they mean to the parser psplib (extra `peers`)."""

import numpy as np
import pytest

import planner as pl
from planner.formats import import_file

psplib = pytest.importorskip("psplib")


def drawn(seed):
    """Return durations, demands, capacities and successors of a project with dummy ends."""
    rng = np.random.default_rng(seed)
    jobs, resources = int(rng.integers(4, 12)), int(rng.integers(1, 4))
    duration = [0, *rng.integers(0, 9, jobs - 2).tolist(), 0]
    demand = [rng.integers(0, 6, resources).tolist() if each else [0] * resources
              for each in duration]  # fmt: skip
    after = [[j for j in range(i + 1, jobs) if rng.random() < 0.4 or j == i + 1]
             for i in range(jobs)]  # fmt: skip
    return duration, demand, rng.integers(6, 12, resources).tolist(), after


def sm(project):
    """Write a project as PSPLIB does."""
    duration, demand, capacity, after = project
    rows = ["PRECEDENCE RELATIONS:", "jobnr.    #modes  #successors   successors"]
    rows += [" ".join(map(str, (i + 1, 1, len(each), *(j + 1 for j in each))))
             for i, each in enumerate(after)]  # fmt: skip
    names = " ".join(f"R {k + 1}" for k in range(len(capacity)))
    rows += ["*" * 40, "REQUESTS/DURATIONS:", f"jobnr. mode duration {names}", "-" * 40]
    rows += [" ".join(map(str, (i + 1, 1, d, *demand[i]))) for i, d in enumerate(duration)]
    rows += ["*" * 40, "RESOURCEAVAILABILITIES:", names, " ".join(map(str, capacity)), "*" * 40]
    head = ["*" * 40, "RESOURCES", f"  - renewable                 :  {len(capacity)}   R",
            "  - nonrenewable              :  0   N", "*" * 40]  # fmt: skip
    return "\n".join(head + rows) + "\n"


def rcp(project):
    """Write a project as RanGen does."""
    duration, demand, capacity, after = project
    rows = [[len(duration), len(capacity)], capacity]
    rows += [[d, *demand[i], len(after[i]), *(j + 1 for j in after[i])]
             for i, d in enumerate(duration)]  # fmt: skip
    return "\n".join(" ".join(map(str, row)) for row in rows) + "\n"


def sch(project):
    """Write a project as ProGen/max does, with lags that run forward and back."""
    duration, demand, capacity, after = project
    last = len(duration) - 1
    lags = [[(j, duration[i]) for j in each] for i, each in enumerate(after)]
    if last > 2:
        lags[2].append((1, -30))
    rows = [[last - 1, len(capacity), 0, 0]]
    rows += [[i, 1, len(each), *(j for j, _ in each), *(f"[{w}]" for _, w in each)]
             for i, each in enumerate(lags)]  # fmt: skip
    rows += [[i, 1, d, *demand[i]] for i, d in enumerate(duration)]
    return "\n".join(" ".join(map(str, row)) for row in [*rows, capacity]) + "\n"


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    ("ours", "theirs", "write"),
    [("psplib", "psplib", sm), ("patterson", "patterson", rcp), ("progen-max", "rcpsp_max", sch)],
)
def test_both_parsers_read_the_same(ours, theirs, write, seed, tmp_path):
    """Capacities, durations, demands and all relations agree number by number."""
    path = tmp_path / "project.txt"
    path.write_text(write(drawn(seed)), encoding="utf-8")
    view = pl.load(dict(import_file(ours, path))).view
    other = psplib.parse(path, theirs)
    assert view.capacity.tolist() == [each.capacity for each in other.resources]
    modes = [each.modes[0] for each in other.activities]
    assert view.duration.tolist() == [mode.duration for mode in modes]
    assert view.demand.tolist() == [mode.demands for mode in modes]
    relations = [
        (number, target, modes[number].duration if each.delays is None else each.delays[place])
        for number, each in enumerate(other.activities)
        for place, target in enumerate(each.successors)
    ]
    assert sorted(map(tuple, view.arcs.tolist())) == sorted(relations)
