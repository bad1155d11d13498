"""A planet of dots, with arcs between its cities, for the template `global_network`."""
