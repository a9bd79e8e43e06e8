"""Labelled replies and the code that scores them (see the README here)."""
