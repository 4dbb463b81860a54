"""Flow splitting: what a fabric, a workload, a plan and a proof are."""
