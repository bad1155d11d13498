"""Images: how our code and what it needs reach a machine that has a container engine."""
