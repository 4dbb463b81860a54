"""What `explain` names: busy workers, edges that bind, bridges, the slowest cut, the pieces."""

import planner as pl

HEAD = {"problem": "gossip_rates", "schema_version": 1, "name": "x"}


def family(name, *size, **more):
    """Return the data of an instance of a family."""
    return {**HEAD, "topology": {"kind": "family", "family": name, "size": list(size)}, **more}


def reasons(data, method):
    """Return the reasons of a result by code."""
    found = pl.explain(pl.solve(data, method)).reasons
    return {reason.code: reason for reason in found}


def test_hub_of_a_star_is_busy():
    """With one exchange at a time per worker the hub binds, and nobody else."""
    found = reasons(family("star", 5, budget={"node": 1}, objective="fastest_mixing"), "newton")
    assert found["binding-worker"].where == "node0"
    assert found["binding-worker"].constraint == "budget.node"


def test_bridge_of_a_barbell_is_the_slowest_cut():
    """The bridge is the cut that evens out last, while the triangles have the most resistance."""
    found = reasons(family("barbell", 3), "newton")
    assert found["slowest-cut"].where == "node2 - node3"
    assert "3 and 3 workers" in found["slowest-cut"].message
    assert "node2 - node3" not in found["binding-edge"].where
    assert "ridges" not in found["binding-edge"].message


def test_bridges_come_first():
    """Edges with no way around are named before the others, and counted."""
    edges = [{"a": f"node{a}", "b": f"node{b}"} for a, b in ("01", "12", "02", "23")]
    data = {**HEAD, "topology": {"kind": "graph", "nodes": 4, "edges": edges}}
    found = reasons(data, "newton")["binding-edge"]
    assert found.where.startswith("node2 - node3")
    assert found.where.count(" - ") == 4
    assert "the first 1" in found.message


def test_links_at_their_limit_are_named():
    """Edges that can fire no more often are counted beyond the first few."""
    data = family("cycle", 8, budget={"link": True}, objective="fastest_mixing")
    found = reasons(data, "uniform")
    assert found["binding-edge"].constraint == "budget.link"
    assert found["binding-edge"].where.endswith("and 2 more")


def test_pieces_are_named():
    """A network in pieces says which workers are apart and which field is at fault."""
    edges = [{"a": "a", "b": "b"}, {"a": "c", "b": "d"}, {"a": "b", "b": "c", "max_rate": 0}]
    data = {**HEAD, "topology": {"kind": "graph", "nodes": ["a", "b", "c", "d"], "edges": edges}}
    found = reasons(data, "uniform")["network-in-pieces"]
    assert found.where == "{a, b} | {c, d}"
    assert found.constraint == "topology.edges"
    assert "max_rate" in found.message


def test_weights_have_nothing_to_explain():
    """Weights of synchronous averaging are bound by no field of the instance."""
    codes = set(reasons(family("cycle", 5, objective="fdla"), "best_constant"))
    assert not codes & {"binding-worker", "binding-edge", "slowest-cut"}
