"""Pure functions on texts, arrays and tables."""
