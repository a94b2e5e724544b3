"""Published releases as readers see them: manifest, shape, catalogue and numbers.

Belongs here: opening a release read-only and the questions that more than one reader asks. Does not: making a release
(`refresh.publish`).
"""
