"""Writes `flow_splitting/sndlib_*.yaml` from the Python package topohub.

    pip install topohub==1.5.1
    python instances/generators/sndlib.py [FOLDER]

The package publishes the SNDlib networks and their demands under the MIT licence.
"""

import sys
from pathlib import Path

from planner.formats import import_file, write_instance

NETWORKS = {
    "abilene": "Abilene, United States",
    "polska": "Poland",
    "nobel-us": "NSF network, United States",
    "atlanta": "Atlanta, United States",
    "nobel-germany": "Germany",
    "pdh": "a German PDH network",
    "dfn-gwin": "German research network G-WiN",
    "germany50": "Germany, 50 cities",
}
SOURCE = (
    "SNDlib network `{name}` (Orlowski, Wessaely, Pioro, Tomaszewski: SNDlib 1.0 - Survivable "
    "Network Design Library, Networks 55, 2010), restated from the Python package topohub 1.5.1 "
    "(MIT licence, Copyright (c) 2023 Piotr Jurkiewicz)"
)


def main(folder: Path) -> None:
    """Write one instance per network into `folder`."""
    for name, where in NETWORKS.items():
        data = import_file("topohub", f"sndlib/{name}")
        data["name"] = f"sndlib_{name.replace('-', '_')}"
        data["source"] = SOURCE.format(name=name)
        data.header = (
            f"SNDlib: {where}. Every edge is two arcs of capacity 1, so that the objective",
            "is the load of the busiest arc in the unit of the demands.",
        )
        data.comments.clear()
        place_of = {node: place for place, node in enumerate(data["topology"]["nodes"])}
        data["workload"]["demands"]["pairs"].sort(
            key=lambda pair: (place_of[pair["from"]], place_of[pair["to"]])
        )
        write_instance(data, folder / f"{data['name']}.yaml")


if __name__ == "__main__":
    default = Path(__file__).resolve().parent.parent / "flow_splitting"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
