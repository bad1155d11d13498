"""A sound is laid under a video: one is fitted to the other, to a frame, and both begin and end together."""
