"""A person's own WRAP: theirs to add to, to see and to tick, in their own words."""
