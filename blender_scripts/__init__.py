"""Everything that runs inside Blender: a job file in, event lines out, no import of ours either way."""
