"""A chip on its board, for the template `ai_cpu_activation`."""
