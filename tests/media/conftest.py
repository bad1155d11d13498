import shutil
from pathlib import Path

import imageio_ffmpeg
import pytest

from media.encoder import Ffmpeg


@pytest.fixture(params=["installed", "packaged"])
def ffmpeg(request: pytest.FixtureRequest) -> Ffmpeg:
    """Each ffmpeg that a user may have: 5.1 of Debian 12, and the one that imageio-ffmpeg brings."""
    if request.param == "packaged":
        return Ffmpeg(Path(imageio_ffmpeg.get_ffmpeg_exe()))
    if not (installed := shutil.which("ffmpeg")):
        pytest.skip("no ffmpeg is installed here")
    return Ffmpeg(Path(installed))
