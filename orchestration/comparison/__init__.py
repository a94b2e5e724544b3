"""Before and after: how a KPI moved in one group and in everybody else, and how sure that is.

Belongs here: the numbers read for a comparison and the statistics over them. Does not: how a terminal shows it
(`commands.compare`).
"""
