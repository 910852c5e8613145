"""One file per system: reads it, yields rows of the declared tables. Pure parsing apart from fetching."""
