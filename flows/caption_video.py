"""Flow: a video gets its captions, in its pictures or beside them.

By hand: `python -m flows.caption_video --job '{"source": "talk.mp4", "captions": "talk.srt"}' --out DIR`;
on a server: `prefect deployment run 'caption-video/local' -p job='{"source": "/films/talk.mp4", "captions":
"/films/talk.srt"}' --watch`.
"""

from prefect import flow

from flows.command_line import main
from media.captions.job import CaptionJob
from media.manifest import Result
from tasks.captions import burn_captions
from tasks.code_version import expect_deployed_code
from tasks.delivery import delivers
from tasks.footage import download_all, find_or_send, publish_footage
from tasks.lifeline import gives_sign_of_life


@flow(name="caption-video")
@gives_sign_of_life
@delivers
def caption_video(job: CaptionJob) -> Result:
    """Put captions into a video: burned into its pictures, as a track, or as WebVTT beside it.

    Args:
        job: Which video and captions, and how they look.
    """
    expect_deployed_code()
    work = download_all(job)
    return find_or_send(work) or publish_footage(work, burn_captions(work))


if __name__ == "__main__":
    main(caption_video, CaptionJob)
