"""What runs: one deployable flow per module, each readable as a table of contents."""
