"""A synthetic contact centre: people, shifts, contacts and what follows from them, written as deliveries.

Belongs here: making up plausible deliveries, spoilt ones on request. Does not: any rule that a KPI is computed by.
"""
