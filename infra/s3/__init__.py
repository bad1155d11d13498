"""The object store on S3, by boto3: any endpoint that speaks it."""

from infra.s3.account import S3Account, make_client
from infra.s3.store import S3Store

__all__ = ["S3Account", "S3Store", "make_client"]
