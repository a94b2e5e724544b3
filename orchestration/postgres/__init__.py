"""The copy of a release in a PostgreSQL database, for BI tools that want a server.

Belongs here: addresses, and one transaction that replaces the copy. Does not: what a release holds (`releases.shape`).
"""
