"""The event store and its projections."""
