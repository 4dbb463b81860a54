"""Text of nccl-tests and rccl-tests: its tables, and what they say of a machine."""
