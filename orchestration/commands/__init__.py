"""The commands of `callboard`, one module each: options in, an answer for a terminal or as JSON out.

Belongs here: options, tables and wording of a terminal, exit codes. Does not: the work itself; a command calls one
function of a package below and shows what it gives.
"""
