"""Shots: somebody's .blend, opened with care, looked through before it costs anything, and rendered."""
