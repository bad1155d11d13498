"""B-roll: clips made from templates."""
