"""One file for each form that recordings come in."""
