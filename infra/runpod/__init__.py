"""RunPod: machines by its REST v2, and the Prefect worker that rents them."""
