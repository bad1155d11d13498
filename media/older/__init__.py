"""Requests and answers of an older media worker, whose field names are kept; today's jobs do its work."""
