"""Expectations on published tables, one module per table.

Belongs here: what a month of a mart must look like. Does not: keys and nulls that dbt already tests where rows arise.
"""
