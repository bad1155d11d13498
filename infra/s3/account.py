"""An account at an S3 service, and the client that speaks for it."""

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from infra.s3.errors import failure_of
from media.errors import BadInput, MediaError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

CONNECTIONS = 32
CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class S3Account:
    """Where an S3 service is and who asks; what is None, boto3 finds by its default chain.

    Credentials that expire are only found so, since nobody would renew them here.

    Attributes:
        endpoint_url: Address of the service, such as `https://s3.example.com`; None is Amazon's.
        region: Region that requests are signed for.
        access_key_id: Who asks.
        secret_access_key: How they prove it.
        path_style: Whether the bucket stands in the path, not in the host name; None means that it does
            at an endpoint of one's own, where host names per bucket are rare.
    """

    endpoint_url: str | None = None
    region: str | None = None
    access_key_id: str | None = field(default=None, repr=False)
    secret_access_key: str | None = field(default=None, repr=False)
    path_style: bool | None = None


def make_client(account: S3Account, *, read_timeout_s: float = READ_TIMEOUT_S) -> "S3Client":
    """Return a client for `account`; threads may share it.

    It makes each call once: S3Store tries again, since it must know whether an earlier attempt may have
    been carried out.

    Raises:
        BadInput: The endpoint is no address, or the credentials are incomplete.
        Unavailable: Whoever gives out credentials here fails.
    """
    endpoint = _endpoint(account.endpoint_url)
    given = (account.access_key_id, account.secret_access_key)
    if any(given) != all(given):  # boto3 would look elsewhere
        raise BadInput(
            "S3 credentials: expected an access key id with its secret, found one without the other; "
            "give both, or neither to have them found"
        )
    # Told to log everything, botocore would write down the headers it signs, session token included.
    logger = logging.getLogger("botocore")
    logger.setLevel(max(logger.getEffectiveLevel(), logging.INFO))
    try:
        session = boto3.session.Session(
            aws_access_key_id=account.access_key_id,
            aws_secret_access_key=account.secret_access_key,
            region_name=account.region,
        )
        return session.client("s3", endpoint_url=endpoint, config=_config(account, read_timeout_s))
    except BotoCoreError as error:
        refusal: MediaError = failure_of(error, endpoint or "S3").error
    except ValueError:  # such as an underscore in it
        refusal = BadInput(
            f"S3 endpoint {endpoint}: expected a host of letters, digits, '-' and '.', found another; "
            "give the service such a name, or its IP address"
        )
    raise refusal


def _config(account: S3Account, read_timeout_s: float) -> Config:
    # The checksum header is signed, so hashing the body once more to sign it would prove nothing new.
    terms: dict[str, Any] = {"payload_signing_enabled": False}
    if account.path_style is not None or account.endpoint_url:
        terms["addressing_style"] = "virtual" if account.path_style is False else "path"
    s3: Any = terms  # of a private type in the stubs
    return Config(
        signature_version="s3v4",
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=read_timeout_s,
        max_pool_connections=CONNECTIONS,
        retries={"total_max_attempts": 1},
        # The store sends and compares SHA-256 itself; other checksums would be hashed on top.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3=s3,
    )


def _endpoint(url: str | None) -> str | None:
    """Return `url` if it is a plain address; it is shown in messages, so it may hold no credentials."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        plain = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        parts, plain = urlsplit(""), False
    if not plain or parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise BadInput(
            "S3 endpoint: expected an address such as https://s3.example.com, found something else or more; "
            "give scheme and host there, and credentials in their own fields"
        )
    return url
