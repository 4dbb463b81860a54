"""Writes the published networks of `gossip_rates/`.

    pip install topohub==1.5.1
    python instances/generators/gossip_networks.py [FOLDER]

SNDlib networks come from the Python package topohub (MIT licence), the karate club from networkx.
"""

import sys
from pathlib import Path

import networkx as nx

from planner.formats import InstanceData, import_file, write_instance

NETWORKS = {
    "abilene": "Abilene, United States",
    "polska": "Poland",
    "nobel-us": "NSF network, United States",
    "geant": "GEANT, Europe",
    "newyork": "New York",
    "germany50": "Germany, 50 cities",
}
SOURCE = (
    "SNDlib network `{name}` (Orlowski, Wessaely, Pioro, Tomaszewski: SNDlib 1.0 - Survivable "
    "Network Design Library, Networks 55, 2010), restated from the Python package topohub 1.5.1 "
    "(MIT licence, Copyright (c) 2023 Piotr Jurkiewicz)"
)
KARATE = (
    "W. W. Zachary: An information flow model for conflict and fission in small groups, Journal of "
    "Anthropological Research 33, 1977; restated from networkx (BSD licence)"
)


def main(folder: Path) -> None:
    """Write one instance per network into `folder`; every average costs 1."""
    for name, where in NETWORKS.items():
        data = import_file("topohub", f"sndlib/{name}", {"problem": "gossip_rates"})
        data["name"] = name.replace("-", "_")
        data["source"] = SOURCE.format(name=name)
        data.header = (f"SNDlib: {where}. Every average costs 1: the objective counts messages.",)
        data.comments.clear()
        write_instance(data, folder / f"{data['name']}.yaml")
    write_instance(_karate(), folder / "karate.yaml")


def _karate() -> InstanceData:
    graph = nx.karate_club_graph()
    edges = [{"a": f"node{a}", "b": f"node{b}"} for a, b in sorted(map(sorted, graph.edges))]
    values = {
        "problem": "gossip_rates",
        "schema_version": 1,
        "name": "karate",
        "source": KARATE,
        "topology": {"kind": "graph", "nodes": len(graph), "edges": edges},
    }
    header = ("Zachary's karate club, each friendship once. Every average costs 1.",)
    return InstanceData(values, header=header)


if __name__ == "__main__":
    default = Path(__file__).resolve().parent.parent / "gossip_rates"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
