"""How things read and look, whatever shows them: languages, numbers and dates, charts, templates.

Belongs here: what report, live page and notices share. Does not: any query.
"""
