"""A simulated centre: the deliveries of any months and size, good or with flaws, for demos, tests and benchmarks.

What belongs here: people, shifts, contacts and the files they leave behind. What does not: anything that reads deliveries.
"""
