"""Catalogues: many products, several pictures each, rendered at the price of what changed."""
