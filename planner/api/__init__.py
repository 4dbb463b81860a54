"""The Python API: one module per verb. Everything public is exported by `planner` itself."""
