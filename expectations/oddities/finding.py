"""The one table that every check for oddities fills, and what is kept of it: one finding for each cause.

oddity(month, code, source, column_name, part_kind, part, measure, word, observed, usual, rows, excess, severity)

`code` says which check found it, `excess` by how many times its tolerance the number is away (1 and more), which is
what findings are ordered by. Where several checks or parts find the same column of a source, the one finding that
stands for them is the centre's, or else the farthest.
"""

SHAPE = {
    "month": "date",
    "code": "varchar",
    "source": "varchar",
    "column_name": "varchar",
    "part_kind": "varchar",
    "part": "varchar",
    "measure": "varchar",
    "word": "varchar",
    "observed": "double",
    "usual": "double",
    "rows": "bigint",
    "excess": "double",
    "severity": "varchar",
}

CREATE = f"create temp table oddity ({', '.join(f'{name} {kind}' for name, kind in SHAPE.items())})"
