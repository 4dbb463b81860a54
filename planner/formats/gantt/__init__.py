"""Gantt charts of schedules: their bars, and the picture."""
