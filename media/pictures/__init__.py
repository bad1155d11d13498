"""What can be measured in the pictures of a clip, so that nobody has to take its quality on trust."""
