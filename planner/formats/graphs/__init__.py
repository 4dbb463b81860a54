"""Graph files (GML, GraphML) that more than one problem reads."""
