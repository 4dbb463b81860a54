"""Writes `flow_splitting/moe_dispatch.csv`, the token dispatch of a mixture of experts.

    python instances/generators/moe_dispatch.py [FOLDER]

Each of 16 hosts holds one expert and 2,048 tokens of 8 KiB; every token goes to two experts, drawn
with popularities that fall like 1 / (rank + 3). Flows are what one host sends to another.
"""

import sys
from pathlib import Path

import numpy as np

HOSTS = 16
TOKENS = 2048
TOKEN_BYTES = 8192
EXPERTS_PER_TOKEN = 2
SEED = 2024


def main(folder: Path) -> None:
    """Write the table of flows into `folder`."""
    rng = np.random.default_rng(SEED)
    popularity = 1 / np.arange(4, HOSTS + 4)
    popularity = rng.permutation(popularity / popularity.sum())
    rows = ["from,to,size"]
    for source in range(HOSTS):
        # The first of popularity-weighted exponential races are draws without repetition.
        races = rng.exponential(size=(TOKENS, HOSTS)) / popularity
        chosen = np.argsort(races, axis=1)[:, :EXPERTS_PER_TOKEN]
        tokens = np.bincount(chosen.ravel(), minlength=HOSTS)
        rows += [
            f"host{source},host{target},{int(tokens[target]) * TOKEN_BYTES}"
            for target in range(HOSTS)
            if target != source and tokens[target]
        ]
    text = "\n".join(rows) + "\n"
    (folder / "moe_dispatch.csv").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    default = Path(__file__).resolve().parent.parent / "flow_splitting"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
