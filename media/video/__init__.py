"""Rendered frames in, a checked video out."""

from media.video.check import VideoFacts, read_video, verify_video
from media.video.command import encode_argv
from media.video.encode import Video, VideoEncoder, encode_video
from media.video.settings import VideoSettings

__all__ = [
    "Video",
    "VideoEncoder",
    "VideoFacts",
    "VideoSettings",
    "encode_argv",
    "encode_video",
    "read_video",
    "verify_video",
]
