"""What people sent and got, compared with what was kept: a module for each thing that is looked at."""
