"""Files of other programmes: importers that make instances, exporters that hand out plans."""

from planner.formats.format import Format
from planner.formats.options import Options
from planner.formats.registry import export_file, formats, get_format, import_file
from planner.formats.yaml_writer import InstanceData, instance_text, write_instance

__all__ = [
    "Format",
    "InstanceData",
    "Options",
    "export_file",
    "formats",
    "get_format",
    "import_file",
    "instance_text",
    "write_instance",
]
