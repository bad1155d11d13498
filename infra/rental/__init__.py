"""Machines rented for one flow run each: rent, watch, resume elsewhere, return. Knows no provider."""
