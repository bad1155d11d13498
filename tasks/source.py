"""Task: bring the source into the store."""

from blocks.tools import open_tools
from media import source
from tasks.media_task import media_task


@media_task
def download_model(address: str) -> source.Source:
    """Store the file at a path or https:// address under its sha256."""
    tools = open_tools()
    return source.download_model(address, tools.store, tools.access)
