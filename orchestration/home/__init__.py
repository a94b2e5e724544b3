"""A home and its files: paths, configuration, waivers, the lock; and the small tools that every package needs.

Belongs here: what imports nothing else of `orchestration`. Does not: any database.
"""
