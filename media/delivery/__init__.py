"""How whoever asked for a job hears of its end: links, a signed webhook, one answer to one request."""
