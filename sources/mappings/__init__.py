"""Mappings of a home: a vendor's export becomes a source table by one SQL select.

What belongs here: reading a mapping file, running its select. What does not: file formats, column types.
"""
