"""What S3 answers, said in our own errors.

Neither the server's words nor botocore's are repeated: they may hold what was sent, credentials included.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from media.errors import BadInput, MediaError, OutOfResources, Unavailable
from media.store import Missing
from media.store.protocol import StoredWrong

WRONG_CREDENTIALS = (
    "S3 refuses these credentials; correct them in the store's block, "
    "or allow them to get, put, delete and list"
)
ELSEWHERE = "expected the bucket in the region asked, found it in another; set that in the store's block"
REFUSALS: dict[str | int, str] = {
    "NoSuchBucket": "expected this bucket, S3 has none; create it, or correct the store's block",
    "RequestTimeTooSkewed": "expected a clock within 15 minutes of S3's, found it off; set this machine's",
    "AuthorizationHeaderMalformed": ELSEWHERE,
    HTTPStatus.MOVED_PERMANENTLY: ELSEWHERE,
    HTTPStatus.TEMPORARY_REDIRECT: ELSEWHERE,
    "ExpiredToken": WRONG_CREDENTIALS,
    "InvalidToken": WRONG_CREDENTIALS,
    "TokenRefreshRequired": WRONG_CREDENTIALS,
    HTTPStatus.UNAUTHORIZED: WRONG_CREDENTIALS,
    HTTPStatus.FORBIDDEN: WRONG_CREDENTIALS,
}
"""By S3's name for the error, or else by its status."""
DAMAGED = {"BadDigest", "IncompleteBody", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"}
FULL = {"InsufficientStorage", "QuotaExceeded", "ServiceQuotaExceeded", "XMinioStorageFull"}
BUSY = {"RequestTimeout", "RequestTimeoutException", "SlowDown", "Throttling", "ThrottlingException"}
PASSING = {
    HTTPStatus.CONFLICT,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS,
}
UNSET = (
    exceptions.InvalidConfigError,
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.ProfileNotFound,
    exceptions.SSOError,
    exceptions.TokenRetrievalError,
)
SHORT = (exceptions.IncompleteReadError, exceptions.ResponseStreamingError)
SILENT = (exceptions.ConnectionError, exceptions.HTTPClientError, ResponseParserError, HTTPError)
"""Of urllib3's, botocore translates some; TLS that breaks in the middle of a body it does not."""


class ConditionFailed(Exception):
    """The object was not as the call's condition asks.

    Attributes:
        first: Whether no earlier attempt failed, so that the call cannot have met its own work.
    """

    def __init__(self, *, first: bool) -> None:
        super().__init__("condition failed")
        self.first = first


class GarbledTransfer(Exception):
    """Bytes arrived other than they were sent."""


@dataclass(frozen=True)
class Failure:
    """A call that failed: what to raise, and whether the same call may succeed later."""

    error: MediaError
    again: bool


def code_of(error: ClientError) -> str:
    """Return S3's name for an error, or the bare status where it gives none."""
    return re.sub(r"\W", "", str(error.response.get("Error", {}).get("Code", "")))[:60]


def status_of(error: ClientError) -> int:
    """Return the HTTP status of an error."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def is_condition(error: ClientError, *, absent: bool) -> bool:
    """Return whether a call was refused for its condition; of `absent`, also for want of the object."""
    if absent and status_of(error) == HTTPStatus.NOT_FOUND:
        return code_of(error) != "NoSuchBucket"
    return status_of(error) == HTTPStatus.PRECONDITION_FAILED


def failure_of(error: Exception, what: str) -> Failure:
    """Return what a failed call on `what`, an address, means."""
    if isinstance(error, ClientError):
        return _answered(code_of(error), status_of(error), what)
    if isinstance(error, (GarbledTransfer, *SHORT)):
        wrong = f"{what}: expected the bytes that were stored, found others or fewer"
        return Failure(StoredWrong(wrong), again=True)
    if isinstance(error, UNSET):
        return _refused(
            f"{what}: expected credentials for S3, found none that are whole; set them in the store's block"
        )
    if isinstance(error, exceptions.CredentialRetrievalError):
        failed = f"{what}: expected credentials for S3 from whoever gives them out here, found that it failed"
        return Failure(Unavailable(failed), again=True)
    if isinstance(error, SILENT):
        silent = f"{what}: expected an answer of the S3 service, found {type(error).__name__}"
        return Failure(Unavailable(silent), again=True)
    return _refused(
        f"{what}: the S3 client refuses the call ({type(error).__name__}); check the store's block"
    )


def _answered(code: str, status: int, what: str) -> Failure:
    answer = f"{status} {code}".strip()
    if sentence := REFUSALS.get(code) or REFUSALS.get(status):
        return _refused(f"{what}: {sentence} ({answer})")
    if status == HTTPStatus.NOT_FOUND:
        return Failure(Missing(f"{what}: expected a stored object, found none"), again=False)
    if code in DAMAGED:
        damaged = f"{what}: expected the bytes to arrive as sent, S3 found others ({answer})"
        return Failure(StoredWrong(damaged), again=True)
    if code in FULL or status == HTTPStatus.INSUFFICIENT_STORAGE:
        full = f"{what}: the store is full ({answer}); free space there and run the job again"
        return Failure(OutOfResources(full), again=False)
    if code in BUSY or status in PASSING or status > HTTPStatus.NOT_IMPLEMENTED:
        return Failure(Unavailable(f"{what}: the S3 service answered {answer}"), again=True)
    return _refused(f"{what}: expected S3 to take the call, it answered {answer}; does it speak all of S3?")


def _refused(sentence: str) -> Failure:
    return Failure(BadInput(sentence), again=False)
