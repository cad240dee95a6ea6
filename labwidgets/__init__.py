"""A labelling environment for speech that lives in Jupyter."""
