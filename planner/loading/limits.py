"""What a document may hold at most, so that a hostile file cannot fill the memory."""

MEBIBYTE = 2**20

DOCUMENT_BYTES = 64 * MEBIBYTE
"""Size of an instance file; larger tables belong into side-cars."""
TOML_BYTES = 16 * MEBIBYTE
"""Size of a TOML file; its reader is the slowest."""
VALUES = 2_000_000
"""Values in a document, aliases written out."""
DEPTH = 100
"""Levels of lists and mappings."""
DIGITS = 400
"""Digits of a whole number."""
FINDINGS = 200
"""Faults that are reported one by one."""

SIDECAR_BYTES = 256 * MEBIBYTE
"""Size of an `.npz` side-car."""
CSV_BYTES = 32 * MEBIBYTE
"""Size of a `.csv` side-car."""
ARRAY_BYTES = 512 * MEBIBYTE
"""Size of all arrays of a side-car, unpacked."""
ARRAYS = 100
"""Arrays in one side-car."""
CELL = 1_000
"""Characters in a cell of a table."""
