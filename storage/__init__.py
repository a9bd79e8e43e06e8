"""What is remembered: tables, queries, sealing and who may read what."""
