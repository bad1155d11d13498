"""Ken Burns: a still picture moves, as one looks at a part of it that grows, shrinks or wanders."""
