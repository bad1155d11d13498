"""Flow: still pictures begin to move, each in a clip of its own or all in one film.

By hand: `python -m flows.images_to_video --job '{"images": [{"source": "one.jpg"}]}' --out DIR`;
on a server: `prefect deployment run 'images-to-video/local' -p job='{"images": […]}' --watch`.
"""

from prefect import flow

from flows.command_line import main
from media.kenburns.job import ImagesToVideoJob
from media.manifest import Result
from tasks.code_version import expect_deployed_code
from tasks.delivery import delivers
from tasks.footage import find_or_send, publish_footage
from tasks.lifeline import gives_sign_of_life
from tasks.moving import bring_pictures, make_clips


@flow(name="images-to-video")
@gives_sign_of_life
@delivers
def images_to_video(job: ImagesToVideoJob) -> Result:
    """Make still pictures move: zoom and pan over each, in a clip of its own or in one film.

    Args:
        job: Which pictures, and how they move.
    """
    expect_deployed_code()
    work = bring_pictures(job)
    return find_or_send(work) or publish_footage(work, make_clips(work))


if __name__ == "__main__":
    main(images_to_video, ImagesToVideoJob)
