"""The report pack of a release: HTML page, workbook and PDF, made from one release file alone.

Belongs here: which facts the pack shows and how. Does not: charts, numbers and languages as such (`presentation`), the
live page (`web`).
"""
