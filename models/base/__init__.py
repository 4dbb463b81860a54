"""What every problem shares: records, quantities, errors, evaluations and certificates."""
