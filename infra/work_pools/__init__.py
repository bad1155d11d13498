"""Work pools: where deployments find machines."""
