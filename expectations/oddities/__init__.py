"""What is odd in a month: sources held against each other, against their own months before and against plain sense.

Belongs here: finding it, as rows of one small table. Does not: what becomes of it (the gate) and its words (the edge).
"""
