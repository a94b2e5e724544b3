"""Loading: what lies in landing becomes typed rows of schema `raw`, each with its delivery and line.

What belongs here: finding files, the ledger of deliveries, typing values, the months that a delivery touches. What does
not: file formats (`formats`), which rows count (the dbt project).
"""
