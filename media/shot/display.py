"""Whether engines that draw by OpenGL, as EEVEE does, can render on this machine."""

import logging

from media.blender import Blender, run_script
from media.blender_events import Display
from media.errors import BadInput, MediaError, OutOfResources
from media.workspace import workspace

logger = logging.getLogger(__name__)

SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader")
"""What draws on a CPU where there is no GPU, so slowly that nobody would want it unasked."""
WHAT_TO_DO = 'give it a GPU with EGL (the driver capability "graphics"), or say engine "cycles"'


def expect_display(engine: str, blender: Blender, *, require_gpu: bool) -> str:
    """Have a child draw the smallest picture, and return what drew it.

    Where nothing can, Blender does not fail but aborts, which would look like a scene that breaks it.

    Args:
        engine: As the scene names it, for the sentence.
        blender: What renders, as confined as it will be.
        require_gpu: Whether a CPU that draws is not enough.

    Raises:
        OutOfResources: Nothing can draw here, or only a CPU.
    """
    try:
        with workspace() as folder:
            events = run_script(blender, {"do": "find_display"}, folder)
    except (BadInput, OutOfResources):
        raise
    except MediaError as error:
        raise OutOfResources(
            f"engine: expected a machine that {engine} can draw on without a screen, found none; {WHAT_TO_DO}"
        ) from error
    renderer = next((event.renderer for event in events if isinstance(event, Display)), "nothing")
    if require_gpu and any(name in renderer.lower() for name in (*SOFTWARE, "nothing")):
        raise OutOfResources(
            f"engine: expected {engine} to draw on a GPU, found {renderer}; {WHAT_TO_DO}, or allow the CPU"
        )
    logger.info("%s draws by %s", engine, renderer)
    return renderer
