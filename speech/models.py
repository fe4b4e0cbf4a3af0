"""Which Vosk model hears, and the official Russian ones that can be fetched.

The folder named by ZHKU_VOSK_MODEL goes first, then the model chosen with `use`, then the embedded one. Fetched models
lie in the data folder (ZHKU_DATA_DIR, else the user's), one folder each, and the choice in a file beside them.

What a download is checked against: the MD5 that the publisher's own list (model-list.json) gives; where the list cannot
be had or has none, the SHA-256 of the first download on this machine, kept beside the model. In both cases the CRC of
every file in the zip. No checksum is built in here, since the publisher prints none.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any

import httpx
import yaml
from platformdirs import user_data_path

EMBEDDED = "embedded"
CHUNK = 1 << 18
TRIES = 5
LARGEST_UNPACKED = 8 * 1024**3

Progress = Callable[[int, int | None], None]
"""Called with the bytes there so far and the bytes there will be (None if the server does not say); as Rich's
`bar.update(task, completed=done, total=total)` wants them."""


class ModelError(RuntimeError):
    """A model is unknown, not installed, or what was fetched is no good. The message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A model of the list: `size` bytes of download, `folder` where it lies or would lie."""

    name: str
    about: str
    licence: str
    size: int
    folder: Path
    installed: bool
    in_use: bool


def model_folder() -> Path:
    """The folder of the model in use."""
    named = os.environ.get("ZHKU_VOSK_MODEL")
    if named:
        return Path(named)
    chosen = _chosen()
    return _embedded() if chosen == EMBEDDED else _store() / chosen


def is_model(folder: Path) -> bool:
    """Whether the folder holds a Vosk model of either layout."""
    return any((folder / place).is_file() for place in ("am/final.mdl", "final.mdl"))


def listing() -> list[Listed]:
    """The embedded model and the official ones."""
    current = model_folder()
    embedded = Listed(
        EMBEDDED, "numbers and utility phrases, telephone band", "GPL-3.0", 0, _embedded(), True, current == _embedded()
    )
    return [embedded, *(_listed(entry, current) for entry in _catalogue()["models"])]


def use(name: str) -> Path:
    """Make the model the one that hears from the next start on; returns its folder. Raises ModelError."""
    if name != EMBEDDED:
        _entry(name)
        if not is_model(_store() / name):
            raise ModelError(f"{name} is not downloaded yet: zhku models download {name}")
    _store().mkdir(parents=True, exist_ok=True)
    _write(_store() / "in_use", name)
    return model_folder()


def download(name: str, *, progress: Progress | None = None, client: httpx.Client | None = None) -> Path:
    """Fetch an official model and unpack it; returns its folder, at once if it is there already.

    A transfer that breaks off goes on where it stopped, in this call up to five times and in a later one too. Raises
    ModelError for an unknown name, a damaged file or an unreachable server.
    """
    entry, folder = _entry(name), _store() / name
    if is_model(folder):
        return folder
    _store().mkdir(parents=True, exist_ok=True)
    partial = _store() / f"{name}.zip.part"
    with client or httpx.Client(follow_redirects=True, timeout=httpx.Timeout(15, read=60)) as http:
        _fetch(http, entry["url"], partial, progress or (lambda _done, _total: None))
        md5 = _published_md5(http, name)
    first_seen = _store() / f"{name}.sha256"
    try:
        sha256 = _checked(partial, md5, first_seen)
        _unpack(partial, folder)
        _write(first_seen, sha256)
    except ModelError:
        partial.unlink()
        raise
    partial.unlink()
    return folder


def _fetch(http: httpx.Client, url: str, partial: Path, progress: Progress) -> None:
    problem: Exception | None = None
    for _ in range(TRIES):
        try:
            if _fetch_rest(http, url, partial, progress):
                return
        except httpx.TransportError as error:
            problem = error
        except httpx.HTTPStatusError as error:
            raise ModelError(f"{url} answered {error.response.status_code}") from error
    raise ModelError(f"{url} broke off {TRIES} times; run the same command again to go on") from problem


def _fetch_rest(http: httpx.Client, url: str, partial: Path, progress: Progress) -> bool:
    """Append what is missing; True once all is there. A server that ignores Range, or whose file is another one now
    (If-Range), sends everything, and the file starts anew."""
    tag_file = partial.with_suffix(".etag")
    have = partial.stat().st_size if partial.exists() else 0
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if tag_file.exists():
            headers["If-Range"] = tag_file.read_text()
    with http.stream("GET", url, headers=headers) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            return _whole(answer, partial, have)
        answer.raise_for_status()
        continued = answer.status_code == httpx.codes.PARTIAL_CONTENT
        have = have if continued else 0
        total = have + int(answer.headers["Content-Length"]) if "Content-Length" in answer.headers else None
        tag = answer.headers.get("ETag", "")
        if tag and not tag.startswith("W/"):
            tag_file.write_text(tag)
        with partial.open("ab" if continued else "wb") as file:
            for piece in answer.iter_bytes():  # as received: a chunk size would lose what came before a break
                file.write(piece)
                have += len(piece)
                progress(have, total)
    tag_file.unlink(missing_ok=True)
    return total is None or have == total


def _whole(answer: httpx.Response, partial: Path, have: int) -> bool:
    """Whether a 416 means that nothing is missing; else the file is dropped."""
    if answer.headers.get("Content-Range") == f"bytes */{have}":
        return True
    partial.unlink()
    return False


def _published_md5(http: httpx.Client, name: str) -> str | None:
    try:
        models = http.get(_catalogue()["index"]).raise_for_status().json()
        return next((str(model["md5"]) for model in models if model["name"] == name), None)
    except (httpx.HTTPError, json.JSONDecodeError, KeyError, TypeError):
        return None


def _checked(file: Path, md5: str | None, first_seen: Path) -> str:
    """The file's SHA-256. Raises ModelError if it is not what was published, or not what was fetched before."""
    got_md5, got_sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    for piece in _pieces(file):
        got_md5.update(piece)
        got_sha256.update(piece)
    if md5 is not None:
        if got_md5.hexdigest() != md5.lower():
            raise ModelError("the download's MD5 is not the published one; it is dropped, try again")
    elif first_seen.exists() and first_seen.read_text() != got_sha256.hexdigest():
        raise ModelError("the download differs from the one made here before; it is dropped, try again")
    return got_sha256.hexdigest()


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while piece := source.read(CHUNK):
            yield piece


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack beside and rename, so that a half-unpacked model is never taken for one. Raises ModelError."""
    beside = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=folder.parent))
    try:
        with zipfile.ZipFile(archive) as packed:
            _refuse_unsafe(packed)
            packed.extractall(beside)  # extractall compares every file's CRC
        found = next((path.parent for path in sorted(beside.rglob("final.mdl"))), None)
        root = found.parent if found and found.name == "am" else found
        if root is None:
            raise ModelError("the download holds no Vosk model")
        if folder.exists():
            shutil.rmtree(folder)
        root.rename(folder)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise ModelError("the download is a damaged zip file; it is dropped, try again") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _refuse_unsafe(packed: zipfile.ZipFile) -> None:
    for member in packed.infolist():
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise ModelError(f"the zip wants to write outside its folder: {member.filename}")
    if sum(member.file_size for member in packed.infolist()) > LARGEST_UNPACKED:
        raise ModelError("the zip unpacks to more than 8 GiB")


def _listed(entry: dict[str, Any], current: Path) -> Listed:
    folder = _store() / entry["name"]
    return Listed(
        entry["name"], entry["about"], entry["licence"], entry["size"], folder, is_model(folder), current == folder
    )


@cache
def _catalogue() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(files("speech").joinpath("data/models.yaml").read_text(encoding="utf-8"))
    return data


def _entry(name: str) -> dict[str, Any]:
    for entry in _catalogue()["models"]:
        if entry["name"] == name:
            found: dict[str, Any] = entry
            return found
    raise ModelError(f"no model {name!r}; there are {EMBEDDED}, {', '.join(e['name'] for e in _catalogue()['models'])}")


def _embedded() -> Path:
    return Path(__file__).parent / "model"


def _store() -> Path:
    return Path(os.environ.get("ZHKU_DATA_DIR") or user_data_path("zhku-voice")) / "models"


def _chosen() -> str:
    """The model chosen with `use`; the embedded one if none is, or if the chosen one is gone."""
    try:
        name = (_store() / "in_use").read_text().strip()
    except OSError:
        return EMBEDDED
    return name if name == EMBEDDED or is_model(_store() / name) else EMBEDDED


def _write(file: Path, text: str) -> None:
    """Whole or not at all."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    beside.write_text(text)
    beside.replace(file)
