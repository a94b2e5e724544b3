"""Notices to people: what they say, and sending them through apprise.

Belongs here: titles, sentences, addresses. Does not: deciding that something happened (`refresh`, `deliveries`).
"""
