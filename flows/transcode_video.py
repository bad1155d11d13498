"""Flow: a video becomes what plays elsewhere: on the web, in an archive, in an editor, or in several sizes.

By hand: `python -m flows.transcode_video --job '{"source": "clip.mov"}' --out DIR`; on a server:
`prefect deployment run 'transcode-video/local' -p job='{"source": "/clips/clip.mov"}' --watch`.
"""

from prefect import flow

from flows.command_line import main
from media.manifest import Result
from media.transcode.job import TranscodeJob
from tasks.code_version import expect_deployed_code
from tasks.delivery import delivers
from tasks.footage import download_all, find_or_send, publish_footage
from tasks.lifeline import gives_sign_of_life
from tasks.transcode import transcode


@flow(name="transcode-video")
@gives_sign_of_life
@delivers
def transcode_video(job: TranscodeJob) -> Result:
    """Turn a video into what plays elsewhere, with a poster, thumbnails and a table of its streams.

    Args:
        job: Which video, and what for.
    """
    expect_deployed_code()
    work = download_all(job)
    return find_or_send(work) or publish_footage(work, transcode(work))


if __name__ == "__main__":
    main(transcode_video, TranscodeJob)
