"""What of an address may be shown, and that what opens it never is."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.redact import redacted, shown

SECRET = "Zx9-secret_Value.42~"  # noqa: S105 - planted
NOISE = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
# What may stand in a user, password, query or fragment without being encoded, and what should have been.
ENCODED = st.text(string.ascii_letters + string.digits + "-._~!$&'()*+,;=:%", max_size=8)
CARELESS = st.text(string.printable.strip() + "äß…\u202e", max_size=8)
FORMS = [
    "https://user:{}@files.test/part.step",
    "https://{}@files.test/part.step",
    "https://{}:x-oauth-basic@files.test/part.step",
    "https://files.test/part.step?X-Amz-Signature={}",
    "https://files.test/part.step?name=a@b.test&{}",
    "https://files.test?{}",
    "https://files.test/part.step#{}",
    "https://files.test/part.step%3Fsig={}",
    "HTTPS://files.test/?a=b?{}#c",
    "s3://key:{}@bucket/part.step",
    "https:/user:{}@files.test/part.step",
    "https:user:{}@files.test/part.step",
    "//user:{}@files.test/part.step",
    "ftp://user:{}@[::1]:21/part.step",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://files.test/a/part.step", "https://files.test/a/part.step"),
        ("https://files.test:8443/a%20b.step", "https://files.test:8443/a%20b.step"),
        ("https://user:secret@files.test/part.step?key=1#2", "https://files.test/part.step"),
        ("https://[2606:4700::1111]/part.step?x", "https://[2606:4700::1111]/part.step"),
        (
            "see https://a.test/x?secret, and (https://b.test/y?secret).",
            "see https://a.test/x, and (https://b.test/y.",
        ),
        ('{"source": "https://a.test/x?secret"}', '{"source": "https://a.test/x}'),
        ("https://registry.test/pkg@1.2/part.step?secret", "https://…/1.2/part.step"),
        ("https://user:pass/word@files.test/part.step", "https://…/files.test/part.step"),
        ("https://user:pass?word@files.test/part.step", "https://…"),
        ("https://files.test/part.step?to=a@b.test", "https://…"),
        ("Authorization: Basic c2VjcmV0 and more", "Authorization: …"),
        ("(b'Set-Cookie', b'sid=secret; Path=/')", "(b'Set-Cookie', …"),
        ("X-Amz-Signature=secret&X-Amz-Date=1", "X-Amz-Signature=…&X-Amz-Date=…"),
        ("/parts/M8#3 bolt?.step", "/parts/M8#3 bolt?.step"),
        ("part.step: expected a STEP file, found 3 @ 4", "part.step: expected a STEP file, found 3 @ 4"),
        ("", ""),
    ],
)
def test_address_keeps_what_tells_where_and_loses_what_opens(text, expected):
    assert redacted(text) == expected


@pytest.mark.parametrize("form", FORMS)
@given(before=NOISE, head=ENCODED, tail=ENCODED, after=NOISE)
def test_secret_in_an_address_is_never_in_the_text(form, before, head, tail, after):
    text = redacted(f"{before} {form.format(head + SECRET + tail)} {after}")

    assert SECRET not in text


@pytest.mark.parametrize("form", FORMS)
@given(head=CARELESS, tail=CARELESS)
def test_secret_that_was_not_encoded_is_not_shown_either(form, head, tail):
    assert SECRET not in redacted(form.format(head + SECRET + tail))


@given(secret=st.text(string.printable.replace("@", ""), min_size=1, max_size=30))
def test_all_of_an_address_is_one_though_blanks_are_in_it(secret):
    assert shown(f"https://files.test/part.step?{secret} {SECRET}") in {
        "https://files.test/part.step",
        *(f"https://files.test/part.step{mark}" for mark in ":,;.)]}'\""),
    }


@given(st.text())
def test_anything_can_be_redacted_and_then_again_to_the_same_end(text):
    once = redacted(text)

    assert redacted(once) == once


@pytest.mark.timeout(60)  # where time grows with the square of the length, these take minutes
@pytest.mark.parametrize(
    "piece", ["x", "a.", "x-amz-", "https://", "//", "a:/", "@", "authorization", "token="]
)
def test_long_line_is_redacted_as_fast_as_a_short_one(piece):
    assert len(redacted(piece * 200_000)) <= len(piece) * 200_000 + 1
