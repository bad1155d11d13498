"""What runs: one deployable flow per module, each readable as a table of contents.

Prefect reads its settings as it is imported, so what should hold without anybody's saying is set here;
whoever sets these variables is heard.
"""

import os

os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
"""A busy machine takes longer to start the temporary server than the 20 seconds that Prefect waits."""
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
