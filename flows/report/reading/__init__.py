"""Reads published pages back, so that what is made from them says what they say.

The page is the one source: it is what was published, it is there for every edition that is kept,
and no warehouse still holds the numbers of them all.
"""
