"""The pieces of the evaluator: reading plans, laying out flows, adding up loads and parts."""
