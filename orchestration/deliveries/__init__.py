"""Deliveries as files in landing: which are overdue, and those that Callboard writes itself.

Belongs here: arrivals, rows about our own reports, decisions about survey reviews. Does not: reading what a file holds
(`sources`).
"""
