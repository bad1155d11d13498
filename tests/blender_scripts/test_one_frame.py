"""One frame in each Blender: what every check asks of those that are not the usual one."""

from tests.blender_scripts.shots import Shots


def test_one_frame_of_a_whole_shot(blender, tmp_path):
    shots = Shots(blender, tmp_path)
    shots.make("whole")

    told = shots.prepare({"name": "whole"})
    (frame,) = shots.render({"name": "whole", "frame": 5})

    assert told["whole"]["files"] == []
    assert frame.failure == ""
    assert frame.color == "red"
    assert frame.picture.size == (16, 16)
