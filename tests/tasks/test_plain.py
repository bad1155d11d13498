"""What a stranger's file says shows on a run's page as text."""

from tasks.artifacts import as_plain


def test_names_that_look_like_pictures_or_links_are_shown_as_they_stand():
    name = "![seen](https://example.com/seen.png) <img src=x> [here](https://example.com)\n# loud"

    shown = as_plain(f"image {name} is missing")

    assert r"\!\[seen\](https" in shown
    assert r"\<img src=x\> \[here\](https" in shown
    assert r" \# loud is missing" in shown


def test_plain_words_stay_as_they_are():
    assert as_plain("3 frames, 12-24: rendered by a CPU") == "3 frames, 12-24: rendered by a CPU"
