"""From a file to a validated instance: every fault at once, each with its place and a way out."""

from planner.loading.document import Document, load_document
from planner.loading.load import load_instance, override, replace
from planner.loading.validate import validate

__all__ = ["Document", "load_document", "load_instance", "override", "replace", "validate"]
