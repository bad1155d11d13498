"""A web of nerve cells, for the template `neural_network`."""
