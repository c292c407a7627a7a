"""The columns of an exported list: the importer reads each of them back as it was."""
