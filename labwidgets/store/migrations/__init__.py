"""Alembic scripts; run by ``labwidgets.store.migrate``."""
