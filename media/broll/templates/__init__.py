"""The templates that there are: each module here has one model, beside its scene's module for Blender."""

from importlib import import_module
from pathlib import Path

from media.broll.parameters import TemplateParameters


def known_templates() -> dict[str, type[TemplateParameters]]:
    """Return every template's model by the template's name, in the order of names."""
    found = {}
    for file in sorted(Path(__file__).parent.glob("[!_]*.py")):
        module = import_module(f"{__name__}.{file.stem}")
        for model in vars(module).values():
            if (
                isinstance(model, type)
                and issubclass(model, TemplateParameters)
                and model.__module__ == module.__name__
            ):
                found[model.template] = model
    return found
