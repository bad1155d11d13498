"""What is retried: thin Prefect tasks, each around one plain function of `media`."""
