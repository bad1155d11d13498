"""How media work is done: plain Python, without Prefect, cloud SDKs or global state."""
