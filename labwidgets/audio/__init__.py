"""Decoding, peaks, windows and quality of sound."""
