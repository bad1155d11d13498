"""Who asks, and what nobody gets to see."""

import asyncio
import logging
import traceback

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from infra.rental.errors import AccountRefused
from infra.runpod.account import RunPodAccount, account_from
from media.errors import MediaError
from tests.infra.runpod.scripted import ACCOUNT, KEY, NOW, OFFER, order, problem

STATUSES = [300, 400, 401, 402, 403, 404, 405, 409, 410, 413, 418, 422, 429, 500, 502, 503, 504]


def test_account_is_read_from_variables():
    account = account_from({"RUNPOD_API_KEY": f" {KEY}\n", "RUNPOD_API_BASE_URL": "http://127.0.0.1:1/"})

    assert account.api_key.get_secret_value() == KEY
    assert account.base_url == "http://127.0.0.1:1"
    assert account_from({"RUNPOD_API_KEY": KEY}).base_url == "https://api.runpod.io"


@pytest.mark.parametrize("environment", [{}, {"RUNPOD_API_KEY": " "}])
def test_missing_key_is_refused_with_what_to_do(environment):
    with pytest.raises(AccountRefused, match="RUNPOD_API_KEY, found none; make one"):
        account_from(environment)


@pytest.mark.parametrize(
    "url", ["ftp://x", "api.runpod.io", "https://user:secret@x", "https://x?key=1", "https://"]
)
def test_address_that_is_none_is_refused_without_showing_it_or_the_key(url):
    with pytest.raises(AccountRefused, match="RUNPOD_API_BASE_URL") as caught:
        account_from({"RUNPOD_API_KEY": KEY, "RUNPOD_API_BASE_URL": url})

    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert "secret" not in str(caught.value)
    with pytest.raises(ValidationError) as shown:
        RunPodAccount(api_key=SecretStr(KEY), base_url=url)
    assert KEY not in str(shown.value)


@pytest.mark.parametrize("status", STATUSES)
def test_key_is_in_no_message_log_or_traceback(status, runpod, caplog):
    provider = runpod.provider()
    calls = [
        lambda: provider.offers(order()),
        lambda: provider.create(order(), OFFER),
        lambda: provider.machines(""),
        lambda: provider.terminate("x"),
        lambda: provider.why_gone("x"),
        lambda: provider.bills(NOW),
    ]

    def echoing(request: httpx.Request) -> httpx.Response:
        runpod.asked.append(request)
        return problem(status, f"you sent Bearer {KEY}", [f"$.key: {KEY}"])

    provider._rest._transport = httpx.MockTransport(echoing)
    shown = [repr(provider), repr(ACCOUNT), str(ACCOUNT), repr(provider._rest)]
    with caplog.at_level(logging.DEBUG):
        for call in calls:
            try:
                asyncio.run(call())
            except MediaError as error:
                shown += [repr(error), *traceback.format_exception(error)]

    assert KEY not in "".join(shown) + caplog.text
