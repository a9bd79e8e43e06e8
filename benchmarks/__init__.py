"""How fast, as ratios against a floor in the same run. Never a test: machines differ, and so do their days."""
