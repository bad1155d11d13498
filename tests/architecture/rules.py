"""The design's arrows and promises as functions: modules in, sentences about what breaks them out."""

import ast
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from tests.architecture.modules import PACKAGES, Module, within

Rule = Callable[[Sequence[Module]], Iterator[str]]

# What a provider answers to; the rest of infra.rental is for the workers.
RENTAL_CONTRACT = ("infra.rental.errors", "infra.rental.machine", "infra.rental.provider")
# Who may import what of ours; the longest matching name on the left decides. What a package imports of itself
# is its own affair, save in infra, whose folders are apart.
ARROWS = {
    "flows": ("flows", "tasks", "media", "blocks"),
    "tasks": ("tasks", "media", "blocks", "infra.s3", "infra.rental", "infra.runpod", "infra.ec2"),
    "blocks": ("blocks", "media", "infra.s3", "infra.runpod", "infra.ec2"),
    "media": ("media",),
    "blender_scripts": ("blender_scripts",),
    "infra": ("media",),
    "infra.runpod": ("media", *RENTAL_CONTRACT),
    "infra.ec2": ("media", *RENTAL_CONTRACT),
    "infra.runpod.configuration": ("infra.runpod", "infra.rental", "media"),
    "infra.runpod.worker": ("infra.runpod", "infra.rental", "media"),
    "infra.work_pools": ("infra.work_pools", "infra.rental", "infra.runpod", "infra.ec2"),
    "infra.ec2.worker": ("infra.ec2", "infra.rental", "media"),
    "infra.serverless": ("media", "blocks"),
    "infra.api": ("media", "blocks"),
}
PREFECT_ALLOWED = (
    "flows",
    "tasks",
    "blocks",
    "infra.rental",
    "infra.runpod.configuration",
    "infra.runpod.worker",
    "infra.ec2.worker",
    "infra.serverless",
    "infra.api",
    "infra.work_pools",
    "infra.images.steps",
)
INSIDE_BLENDER = {
    *sys.stdlib_module_names,
    "bmesh",
    "bpy",
    "bpy_extras",
    "gpu",
    "mathutils",
    "numpy",
    "blender_scripts",
}
DISPATCH = "tasks.dispatch"
DECODERS = ("media.video.decode", "media.footage.look", "media.sound.listen", "media.sound.closed")
FLOW_LINES = 30
MODULE_LINES = 300
VAGUE_NAMES = {"utils", "helpers", "manager", "misc", "common", "v2"}


def ours_follow_the_arrows(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        left = max((name for name in ARROWS if within(module.name, name)), key=len)
        own = ".".join(module.name.split(".")[:2]) if module.package == "infra" else left
        for name, line in module.imports:
            allowed = (*ARROWS[left], own)
            if name.split(".")[0] in PACKAGES and not any(within(name, package) for package in allowed):
                yield f"{module.at(line)} imports {name}; {left} may import {', '.join(allowed)}"


def only_blender_scripts_import_bpy(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        for name, line in module.imports:
            if name.split(".")[0] in {"bmesh", "bpy", "mathutils"} and module.package != "blender_scripts":
                yield f"{module.at(line)} imports {name}: GPL code runs apart, from blender_scripts"


def blender_scripts_import_only_what_blender_has(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        for name, line in module.imports:
            if module.package == "blender_scripts" and name.split(".")[0] not in INSIDE_BLENDER:
                yield f"{module.at(line)} imports {name}, which Blender does not bring"


def the_cad_kernel_stays_in_its_child(modules: Sequence[Module]) -> Iterator[str]:
    """Refuse OCP outside media.geometry, and any way from outside of it to a module that imports OCP.

    Imports inside functions count too: OCCT dies by signal, wherever it was imported.
    """
    tainted = {module.name for module in modules if any(within(name, "OCP") for name, _ in module.imports)}
    grows = True
    while grows:
        found = {m.name for m in modules if any(within(name, t) for name, _ in m.imports for t in tainted)}
        grows = not found <= tainted
        tainted |= found
    for module in modules:
        if module.name in tainted and not _in_the_child(module):
            yield f"{module.path} reaches the CAD kernel in our own process; start the geometry child instead"


def _in_the_child(module: Module) -> bool:
    return within(module.name, "media.geometry") and module.name != "media.geometry"


def decoders_stay_in_their_child(modules: Sequence[Module]) -> Iterator[str]:
    """Refuse FFmpeg's libraries in our own process: PyAV in any module but the child's, and its import."""
    for module in modules:
        for name, line in module.imports:
            theirs = within(name, "av") and module.name not in DECODERS
            if theirs or any(within(name, decoder) for decoder in DECODERS):
                yield f"{module.at(line)} decodes in our own process; start a child that does"


def prefect_stays_out(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        if any(within(module.name, name) for name in PREFECT_ALLOWED):
            continue
        for name, line in module.imports:
            if name.split(".")[0].startswith("prefect"):
                yield f"{module.at(line)} imports {name}: only {', '.join(PREFECT_ALLOWED)} may know Prefect"


def media_reads_no_environment(modules: Sequence[Module]) -> Iterator[str]:
    """Refuse os.environ in media; the keeper is a child's first code and hands on what it was given."""
    names = {"environ", "environb", "getenv", "getenvb", "putenv", "expandvars"}
    for module in modules:
        if module.package != "media" or module.name == "media.keeper":
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.expr) and _last_name(node) in names:
                yield f"{module.at(node.lineno)} reads the environment; take the value as a parameter"


def flows_are_tables_of_contents(modules: Sequence[Module]) -> Iterator[str]:
    for module, function in _decorated(modules, "flow"):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines >= FLOW_LINES:
            yield f"{module.at(function.lineno)} {function.name} has {lines} lines, not under {FLOW_LINES}"


def flows_are_never_retried(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        for call in _calls(module, "flow"):
            if any(keyword.arg in {"retries", "retry_delay_seconds"} for keyword in call.keywords):
                yield f"{module.at(call.lineno)} gives a flow retries; its tasks retry, each by itself"


def inputs_alone_are_no_cache_policy(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        for node in ast.walk(module.tree):
            if (
                isinstance(node, ast.keyword)
                and node.arg == "cache_policy"
                and _last_name(node.value) == "INPUTS"
            ):
                yield f"{module.at(node.value.lineno)} caches by INPUTS alone, whatever the code"
            if isinstance(node, ast.alias) and node.name == "INPUTS" and node.asname:
                yield f"{module.at(node.lineno)} hides INPUTS behind another name"


def only_dispatch_waits_for_other_runs(modules: Sequence[Module]) -> Iterator[str]:
    """Keep `run_deployment` where runs off the control queue are refused: else heavy deadlocks."""
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.alias | ast.expr) and module.name != DISPATCH:
                name = node.name if isinstance(node, ast.alias) else _last_name(node)
                if name and name.endswith("run_deployment"):
                    yield f"{module.at(node.lineno)} starts runs; only {DISPATCH} may"


def nothing_happens_at_import(modules: Sequence[Module]) -> Iterator[str]:
    """Allow imports, definitions, values, and blocks for type checking or for a start as a script."""
    quiet = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign)
    for module in modules:
        for node in module.tree.body:
            words = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            guard = isinstance(node, ast.If) and any(
                _last_name(part) in {"TYPE_CHECKING", "__name__"} for part in ast.walk(node.test)
            )
            if not (isinstance(node, (*quiet, ast.AnnAssign, ast.AugAssign)) or words or guard):
                yield f"{module.at(node.lineno)} does something at import; put it in a function"


def modules_are_short_and_named_by_a_noun(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        lines = module.text.count("\n")
        if lines > MODULE_LINES:
            yield f"{module.path} has {lines} lines; {MODULE_LINES} is the alarm, 150 the aim"
        if vague := VAGUE_NAMES & set(module.name.split(".")):
            yield f"{module.path} is named {', '.join(vague)}; name the thing it is about"


def _last_name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _calls(module: Module, function: str) -> Iterator[ast.Call]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _last_name(node.func) == function:
            yield node


def _decorated(modules: Iterable[Module], decorator: str) -> Iterator[tuple[Module, ast.FunctionDef]]:
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                bare = (d.func if isinstance(d, ast.Call) else d for d in node.decorator_list)
                if decorator in map(_last_name, bare):
                    yield module, node  # type: ignore[misc] # an async function has the same fields
