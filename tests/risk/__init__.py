"""Labelled messages that measure how danger is heard, and the scorer: `python -m tests.risk`."""
