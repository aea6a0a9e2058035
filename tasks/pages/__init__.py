"""Tracking pages of a run: rendered and written, by one process or by several."""
