"""One refresh: what it knows, which months it makes, its four steps, how it ended, and the release that it publishes.

Belongs here: load, build, gate and publish without Dagster. Does not: runs, retries and partitions (`defs`), reading what
was published (`releases`).
"""
