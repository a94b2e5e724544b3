"""File formats: a delivered file as a relation of the engine, each row with its line.

What belongs here: encodings, compression, csv, JSON, Parquet, workbooks. What does not: contracts and column types.
"""
