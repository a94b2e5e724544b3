"""The live page of `callboard serve`: requests in, pages of the newest release out.

Belongs here: routes, access, queries of a page, caches. Does not: anything that writes; the page only reads releases.
"""
