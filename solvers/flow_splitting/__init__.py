"""Methods for flow splitting."""
