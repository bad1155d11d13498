"""What a pod runs: the command once, and then its own end, for RunPod starts again whatever exits.

The script is POSIX sh, needs `date`, `sleep` and curl or python3, and never exits by itself.
"""

import re
import shlex
from collections.abc import Sequence

EXIT_MARK = "__RENDERMILL_EXIT__ rc="
"""Printed with the command's exit code when it has ended; RunPod itself tells nobody that code."""
PAUSE_S = 30.0
DEBUG_GRACE_S = 30 * 60
NOT_ALONE = 125
"""The exit code that is told when the marker cannot be written, so that nothing would keep it from a
second run."""

SCRIPT = r"""
until=@UNTIL@
grace=@GRACE@
pause=@PAUSE@
marker="${TMPDIR:-/tmp}"/@MARKER@
api="${RUNPOD_API_BASE_URL:-https://api.runpod.io}"
pod="${RUNPOD_POD_ID:-unknown}"
older='{"query":"mutation ($id: String!) { podTerminate(input: {podId: $id}) }",'
older="$older"'"variables":{"id":"'"$pod"'"}}'

rm_say() { printf 'rendermill: %s\n' "$*"; }

# The key goes by standard input: the list of processes is no place for it.
rm_post() {
  if command -v curl >/dev/null 2>&1; then
    printf 'header = "Authorization: Bearer %s"\n' "${RUNPOD_API_KEY:-}" |
      curl -fsS -m 20 -o /dev/null -K - -H 'Content-Type: application/json' -d "$2" "$1"
  else
    python3 -c '
import os, sys, urllib.request
request = urllib.request.Request(sys.argv[1], sys.argv[2].encode(), {
    "Authorization": "Bearer " + os.environ.get("RUNPOD_API_KEY", ""),
    "Content-Type": "application/json"})
try:
    urllib.request.urlopen(request, timeout=20).read()
except OSError as error:
    sys.exit(f"{type(error).__name__}: {error}")
' "$1" "$2"
  fi
}

rm_end_pod() {
  while :; do
    if rm_post "$api/v2/pods/$pod/action" '{"action":"terminate"}'; then
      rm_say "asked RunPod to end pod $pod"
    elif rm_post "$api/graphql" "$older"; then
      rm_say "asked RunPod's older API to end pod $pod"
    else
      rm_say "RunPod does not end pod $pod; asking again"
    fi
    sleep "$pause"
  done
}

rm_wait_until() {
  while left=$(($1 - $(date +%s))) && [ "$left" -gt 0 ]; do
    if [ "$left" -gt 60 ]; then left=60; fi
    sleep "$left"
  done
}

( rm_wait_until "$until"
  rm_say "time is up: this pod was to end at $until"
  rm_end_pod ) &

if [ -e "$marker" ]; then
  rm_say "this pod was started again, and its command is not run twice"
  rm_end_pod
fi
mkdir -p "${marker%/*}" 2>/dev/null
if ! ( : >"$marker" ) 2>/dev/null; then
  rm_say "expected to write $marker, which keeps the command from a second run, and cannot"
  printf '%s%s\n' '@EXIT@' @NOT_ALONE@
  rm_end_pod
fi

# The shell is process 1: who stops the pod tells it alone, so it tells the command, which tells its own.
child=
termed=
rm_forward() {
  termed=yes
  if [ -n "$child" ]; then kill -TERM "$child" 2>/dev/null; fi
}
trap rm_forward TERM
set -- @ARGV@
# What an image does before its command, it says in a variable: its own entrypoint is this script.
if [ -n "${RENDERMILL_ENTRYPOINT:-}" ]; then set -- $RENDERMILL_ENTRYPOINT "$@"; fi
"$@" &
child=$!
if [ -n "$termed" ]; then kill -TERM "$child" 2>/dev/null; fi
termed=
wait "$child"
rc=$?
# A trap ends a wait early: only a wait that was left alone tells the command's own code.
while [ -n "$termed" ]; do
  termed=
  wait "$child"
  again=$?
  if [ "$again" -ne 127 ]; then rc=$again; fi
done
child=
printf '%s%s\n' '@EXIT@' "$rc"

# Prefect's command ends with 0 also when its flow failed; who rented the pod ends it sooner if it did not.
if [ "$grace" -gt 0 ]; then
  stays=$(($(date +%s) + grace))
  if [ "$stays" -gt "$until" ]; then stays=$until; fi
  rm_say "the command has ended; the pod stays until $stays for whoever wants to look"
  rm_wait_until "$stays"
fi
rm_end_pod
"""


def start_command(
    argv: Sequence[str], *, until: int, marker: str, debug_grace_s: int = 0, pause_s: float = PAUSE_S
) -> tuple[list[str], list[str]]:
    """Return entrypoint and cmd of a pod that runs `argv` once and then ends itself.

    Args:
        argv: The command; nothing in it is read by the shell.
        until: Second since 1970 at which the pod ends, whatever runs; a restart does not extend it.
        marker: Name of the file that says that the command has been run; it lies in the container's
            own layer, which a restart keeps and a new pod does not have.
        debug_grace_s: How long the pod stays when the command has ended, but never beyond `until`.
        pause_s: Time between two requests to be ended.

    Raises:
        ValueError: There is no command, or it holds a NUL, or the marker is no file name.
    """
    if not argv or not argv[0]:
        raise ValueError("start command: expected a program, found none; give an argv list")
    if any("\0" in word for word in argv):
        raise ValueError(
            "start command: expected words without NUL, which no program can be given, found one"
        )
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", marker):
        raise ValueError(
            f"marker: expected a file name of letters, digits, '.', '_' and '-', found {marker!r}"
        )
    filled = {
        "@UNTIL@": str(until),
        "@GRACE@": str(debug_grace_s),
        "@PAUSE@": f"{pause_s:g}",
        "@MARKER@": marker,
        "@EXIT@": EXIT_MARK,
        "@NOT_ALONE@": str(NOT_ALONE),
        "@ARGV@": shlex.join(argv),
    }
    script = re.sub("|".join(filled), lambda found: filled[found[0]], SCRIPT)
    return ["/bin/sh", "-c"], [script.lstrip()]
