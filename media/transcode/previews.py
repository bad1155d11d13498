"""What tells of a transcoded video: pictures, a table of streams, sentences."""

import json
from pathlib import Path

from media.deliverables import name_for_people, stored_file
from media.footage.picture import said_of
from media.manifest import Output, Role
from media.transcode.here import Here, MadeVideo
from media.transcode.report import Row
from media.transcode.stills import stills_of, thumbnails_vtt
from media.transcode.wanted import heard_in


def told(here: Here) -> list[str]:
    """Return what the footage's owner is to know of how it was made plain."""
    keeps_alpha = here.recoding.settings.alpha
    sentences = [one for one in said_of(here.video) if not (keeps_alpha and "transparent" in one)]
    heard = heard_in(here.facts, here.recoding.span)
    silent = len(heard_in(here.facts, None)) - len(heard)
    if silent:
        sentences.append(f"sounds left out, as they are not heard in the part that is kept: {silent}")
    left = len(heard) - len(here.recoding.sounds)
    if left > 0:
        sentences.append(f"it has {left + 1} sounds; the first was kept")
    if not here.recoding.sounds and not silent:
        sentences.append("it has no sound")
    if here.facts.subtitles:
        sentences.append(f"it has {here.facts.subtitles} streams of subtitles; they were left out")
    return sentences


def previews(here: Here, video: MadeVideo, table: list[Row]) -> list[Output]:
    """Store pictures that tell of a video, and the table of its streams."""
    folder = here.folder / "stills"
    folder.mkdir()
    stills = stills_of(video.path, video.facts, here.tools.ffmpeg, folder)

    def stored(role: Role, path: Path) -> Output:
        name = name_for_people(here.name, role, path.suffix, here.job.noun)
        return stored_file(role, path, name, here.tools.store)

    sprite = stored("sprite", stills.sprite)
    (folder / "thumbnails.vtt").write_text(
        thumbnails_vtt(stills, sprite.download_name, float(video.facts.duration))
    )
    (folder / "streams.json").write_text(json.dumps(table, indent=1))
    return [
        stored("poster", stills.poster),
        stored("contact-sheet", stills.sheet),
        sprite,
        stored("thumbnails", folder / "thumbnails.vtt"),
        stored("streams", folder / "streams.json"),
    ]
