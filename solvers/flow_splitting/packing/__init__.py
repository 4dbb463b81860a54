"""Fitting flows into parallel links with few cuts."""
