"""A river of light in which packets travel, for the template `data_flow`."""
