"""Training: from the references of a project to a draft model of its own."""
