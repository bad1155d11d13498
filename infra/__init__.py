"""WHERE it runs: machines, services and what they must offer. Nothing here imports tasks or flows."""
