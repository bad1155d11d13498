"""Which render devices a job asks for."""

from dataclasses import dataclass

from blender_scripts.fields import Fields

DEVICE_ORDER = ("OPTIX", "CUDA", "HIP", "ONEAPI", "METAL", "CPU")


@dataclass(frozen=True)
class DeviceWish:
    """Device types in order of preference; `require_gpu` refuses the CPU."""

    order: tuple[str, ...]
    require_gpu: bool


def device_wish(fields: Fields) -> DeviceWish:
    """Read the devices that a job asks for.

    Raises:
        BadInput: They are none.
    """
    wish = DeviceWish(fields.texts("order", DEVICE_ORDER), fields.flag("require_gpu", default=False))
    fields.refuse_others()
    return wish
