"""Expectations on deliveries: readable, complete, little in quarantine, not delivered twice, rules that name what exists.

Belongs here: what can be said of a source before any KPI. Does not: the contract of a single row (`sources`).
"""
