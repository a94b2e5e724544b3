"""The suites: `marts` has one module for each published table, `sources` what must hold for deliveries.

Belongs here: expectations as queries for broken rows. Does not: the forms that several suites share (`expectations.suite`).
"""
