"""Share the data through a bucket of your own: `python -m tools.bucket gs://my-bucket/maestro-lstm`.

Checks that the bucket is there and may be read and written, which takes seconds, and then makes it what `dvc push` and
`dvc pull` use, in .dvc/config.local: nobody else's clone is touched. DVC by itself tries for minutes before it says
that there is no network, and does not say what is wrong with credentials.
"""

import argparse
import os
import re
from contextlib import suppress
from typing import Any
from uuid import uuid4

import google.auth
from google.api_core.exceptions import Forbidden, GoogleAPICallError, GoogleAPIError, NotFound, Unauthorized
from google.auth.credentials import AnonymousCredentials, Credentials
from google.auth.exceptions import DefaultCredentialsError, RefreshError, TransportError
from google.cloud import storage
from requests.exceptions import RequestException

from maestro_lstm.plumbing.errors import UserError, report_in_one_line
from tools.dvc import dvc

URL = re.compile(r"gs://([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])/(.*[^/])/*")
PROBE = "may-be-deleted"  # the object that is written, and deleted again
SECONDS = 15  # to wait for an answer
LOG_IN = "`gcloud auth application-default login`, or GOOGLE_APPLICATION_CREDENTIALS=/path/of/a/key.json"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("address", nargs="?", default="", metavar="gs://BUCKET/FOLDER")
    found = URL.fullmatch(words.parse_args().address)
    if found is None:
        raise UserError("usage: python -m tools.bucket gs://my-bucket/maestro-lstm")
    check(found[1], found[2])
    dvc("remote", "modify", "--local", "gcs", "url", f"gs://{found[1]}/{found[2]}", quiet=True)
    dvc("remote", "default", "--local", "gcs", quiet=True)
    print(f"dvc push and dvc pull now use gs://{found[1]}/{found[2]} (.dvc/config.local)")
    print("back to the folder in this clone: dvc remote default --local storage")


def check(bucket: str, path: str) -> None:
    """List, write, read and delete there. Raises UserError with the way out."""
    place = storage.Client(project="-", credentials=_credentials()).bucket(bucket)
    limits: dict[str, Any] = {"timeout": SECONDS, "retry": None}
    blob = place.blob(f"{path}/{PROBE}-{uuid4().hex}")  # a new one: to write over another is to delete it
    doing = "listed"
    try:
        list(place.list_blobs(prefix=f"{path}/", max_results=1, **limits))
        doing = "written"
        blob.upload_from_string(b"", **limits)
        doing = "read"
        blob.download_as_bytes(**limits)
        with suppress(Forbidden):  # only `dvc gc --cloud` has to delete
            blob.delete(**limits)
    except NotFound as error:
        if doing != "listed":
            raise UserError(f"gs://{bucket}/{path} cannot be {doing} ({_line(error)})") from None
        raise UserError(
            f"there is no bucket {bucket}: make it with `gcloud storage buckets create gs://{bucket}`"
        ) from None
    except (Unauthorized, RefreshError) as error:
        raise UserError(f"Google does not take these credentials ({_line(error)}): {LOG_IN}") from None
    except Forbidden as error:
        raise UserError(f"gs://{bucket}/{path} may not be {doing} by this account ({_line(error)})") from None
    except GoogleAPICallError as error:
        raise UserError(f"gs://{bucket}/{path} cannot be {doing}: Google says {_line(error)}") from None
    except (RequestException, TransportError, GoogleAPIError, OSError) as error:
        raise UserError(f"Google Cloud Storage does not answer ({_line(error)}); is there a network?") from None


def _credentials() -> Credentials:
    if os.environ.get("STORAGE_EMULATOR_HOST"):
        return AnonymousCredentials()
    try:
        credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/devstorage.read_write"])
    except (DefaultCredentialsError, ValueError, KeyError) as error:
        raise UserError(f"no credentials for Google Cloud ({_line(error)}): {LOG_IN}") from None
    return credentials


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


if __name__ == "__main__":
    report_in_one_line(main)
