"""Flow: a video is given a sound.

By hand: `python -m flows.add_audio --job '{"source": "clip.mp4", "audio": "music.mp3"}' --out DIR`; on a
server: `prefect deployment run 'add-audio/local' -p job='{"source": …, "audio": …}' --watch`.
"""

from prefect import flow

from flows.command_line import main
from media.manifest import Result
from media.sound.job import AddAudioJob
from tasks.code_version import expect_deployed_code
from tasks.delivery import delivers
from tasks.footage import download_all, find_or_send, publish_footage
from tasks.lifeline import gives_sign_of_life
from tasks.sound import lay_under


@flow(name="add-audio")
@gives_sign_of_life
@delivers
def add_audio(job: AddAudioJob) -> Result:
    """Lay a sound under a video, and make both equally long.

    Args:
        job: Which video and which sound, and what is done where their lengths differ.
    """
    expect_deployed_code()
    work = download_all(job)
    return find_or_send(work) or publish_footage(work, lay_under(work))


if __name__ == "__main__":
    main(add_audio, AddAudioJob)
