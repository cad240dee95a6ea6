"""Data sets in and out: the only users of the datasets library."""
