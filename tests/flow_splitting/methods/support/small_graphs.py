"""Graphs as instances, from numbers of nodes."""

from planner.models.flow_splitting import Instance


def graph(nodes, links, flows, splitting="free", **topology):
    """Return a normalised graph instance that passes every check.

    Links are (a, b), or (a, b, rate) with a rate of their own; flows are (from, to, size).
    """
    keys = ("a", "b", "rate")
    listed = [
        dict(zip(keys, (f"node{a}", f"node{b}", *rate), strict=False)) for a, b, *rate in links
    ]
    data = {
        "problem": "flow_splitting",
        "schema_version": 1,
        "name": "graph",
        "units": "normalised",
        "topology": {"kind": "graph", "nodes": nodes, "links": listed, **topology},
        "workload": {
            "splitting": splitting,
            "flows": [{"from": f"node{a}", "to": f"node{b}", "size": s} for a, b, s in flows],
        },
    }
    instance = Instance.model_validate(data, context={"normalised": True})
    assert list(instance.cross_check()) == []
    return instance
