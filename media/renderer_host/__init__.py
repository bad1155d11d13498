"""The renderer host: one small process per machine that keeps Blender warm between jobs of other processes.

A job's process (`client.py`) says over a Unix socket what it would have said to a Blender of its own. The
host (`server.py`) waits for its turn (`lanes.py`, `room.py`), passes lines both ways (`conversation.py`)
between it and a Blender that stays (`warm_blender.py`), and remembers which jobs kill it (`quarantine.py`).
It is started again if it is killed (`supervisor.py`).
"""
