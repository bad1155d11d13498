"""Files from strangers' servers: one guarded way for every feature that takes an address.

The host is resolved once, each of its addresses is checked, and the connection goes to an address that was
checked; so do redirects. Size, time and rate are bounded. What was cut short is continued.
"""

from media.download.exchange import Web
from media.download.guard import Guard, is_public
from media.download.limits import Limits
from media.download.transfer import Taken, download

__all__ = ["Guard", "Limits", "Taken", "Web", "download", "is_public"]
