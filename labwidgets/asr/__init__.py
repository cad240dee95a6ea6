"""Speech recognition: the only users of transformers pipelines."""
