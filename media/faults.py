"""Named points at which a test may stop the world, to show that nothing is lost there.

A point costs one audit event that nobody hears. A test hears it by `sys.addaudithook` and kills the process.
"""

import sys
from typing import Literal, get_args

FaultPoint = Literal[
    "download.in_body",
    "source.before_put",
    "upload.before_complete",
    "lease.before_publish",
    "geometry.before_put",
    "geometry.before_report",
    "scene.before_put",
    "scene.before_report",
    "template.before_report",
    "shot.before_put",
    "shot.before_report",
    "frame.before_record",
    "frame.before_put",
    "frame.after_put",
    "video.in_encode",
    "video.before_put",
    "still.before_put",
    "preview.before_put",
    "manifest.before_put",
    "manifest.after_put",
    "catalogue.after_assessment",
    "index.before_put",
    "gallery.before_put",
    "gallery.after_put",
]
FAULT_POINTS: tuple[FaultPoint, ...] = get_args(FaultPoint)
AUDIT_EVENT = "rendermill.fault_point"


def fault_point(name: FaultPoint) -> None:
    """Announce that the point `name` is reached."""
    sys.audit(AUDIT_EVENT, name)
