"""How Rendermill is configured on this machine."""
