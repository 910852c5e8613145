"""One file per question that SQL cannot answer alone: rows in, rows out, never a connection."""
