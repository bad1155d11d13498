"""Machines with an NVIDIA GPU: what they are given when they have no network, and what they really do."""
