"""Fetching models from a real HTTP server: with and without Range, broken off, damaged, hostile."""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from speech import models
from speech.models import EMBEDDED, ModelError, download, is_model, listing, model_folder, use

SMALL = "vosk-model-small-ru-0.22"
EMBEDDED_FILES = Path(models.__file__).parent / "model"


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


MODEL_ZIP = zipped(
    {
        f"{SMALL}/{path.relative_to(EMBEDDED_FILES)}": path.read_bytes()
        for path in sorted(EMBEDDED_FILES.rglob("*"))
        if path.is_file()
    }
)


class Publisher(ThreadingHTTPServer):
    """The publisher's site on this machine. `breaks`: after how many bytes each of the next answers breaks off."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.content, self.md5, self.etag = MODEL_ZIP, hashlib.md5(MODEL_ZIP).hexdigest(), '"one"'  # noqa: S324
        self.breaks: list[int] = []
        self.ranges, self.has_list = True, True
        self.asked: list[str] = []
        self.sent = 0


class Answers(BaseHTTPRequestHandler):
    server: Publisher

    def log_message(self, *args: object) -> None:
        """Silence."""

    def do_GET(self) -> None:
        if self.path.endswith("model-list.json"):
            self._list()
        elif self.path.endswith(f"/{SMALL}.zip"):
            self._archive()
        else:
            self.send_error(404)

    def _list(self) -> None:
        if not self.server.has_list:
            return self.send_error(500)
        body = json.dumps([{"name": "other", "md5": "0"}, {"name": SMALL, "md5": self.server.md5}]).encode()
        return self._send(200, body, {})

    def _archive(self) -> None:
        content, start = self.server.content, 0
        asked = self.headers.get("Range", "")
        self.server.asked.append(asked)
        same = self.headers.get("If-Range", self.server.etag) == self.server.etag
        if asked and self.server.ranges and same:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.send_header("Content-Length", "0")
                return self.end_headers()
        limit = self.server.breaks.pop(0) if self.server.breaks else None
        return self._send(206 if start else 200, content[start:], {"ETag": self.server.etag}, limit)

    def _send(self, status: int, body: bytes, headers: dict[str, str], limit: int | None = None) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        sent = body[:limit]
        self.server.sent += len(sent) if self.path.endswith(".zip") else 0
        self.wfile.write(sent)
        self.close_connection = limit is not None


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """A publisher that the catalogue points to, and an empty data folder."""
    monkeypatch.setenv("ZHKU_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ZHKU_VOSK_MODEL", raising=False)
    with Publisher() as server:
        site = f"http://127.0.0.1:{server.server_port}"
        catalogue = json.loads(json.dumps(models._catalogue()).replace("https://alphacephei.com", site))
        monkeypatch.setattr(models, "_catalogue", lambda: catalogue)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def test_a_model_is_fetched_unpacked_and_used(publisher: Publisher) -> None:
    seen: list[tuple[int, int | None]] = []
    folder = download(SMALL, progress=lambda done, total: seen.append((done, total)))
    assert (folder / "am/final.mdl").read_bytes() == (EMBEDDED_FILES / "am/final.mdl").read_bytes()
    assert seen[-1] == (len(MODEL_ZIP), len(MODEL_ZIP))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert use(SMALL) == folder == model_folder()
    assert [(m.name, m.installed, m.in_use) for m in listing()] == [
        (EMBEDDED, True, False),
        (SMALL, True, True),
        ("vosk-model-ru-0.42", False, False),
    ]
    assert use(EMBEDDED) == EMBEDDED_FILES
    assert sorted(path.name for path in folder.parent.iterdir()) == ["in_use", SMALL, f"{SMALL}.sha256"]


def test_a_model_that_is_there_is_not_fetched_again(publisher: Publisher) -> None:
    download(SMALL)
    assert download(SMALL).is_dir()
    assert len(publisher.asked) == 1


def test_a_transfer_that_breaks_off_goes_on_where_it_stopped(publisher: Publisher) -> None:
    publisher.breaks = [1_000_000, 2_000_000]
    assert is_model(download(SMALL))
    assert publisher.asked == ["", "bytes=1000000-", "bytes=3000000-"]
    assert publisher.sent == len(MODEL_ZIP)


def test_a_later_call_goes_on_too(publisher: Publisher) -> None:
    publisher.breaks = [100_000] * 5
    with pytest.raises(ModelError, match="run the same command again"):
        download(SMALL)
    assert is_model(download(SMALL))
    assert publisher.sent == len(MODEL_ZIP)


def test_a_server_without_range_starts_anew(publisher: Publisher) -> None:
    publisher.ranges, publisher.breaks = False, [1_000_000]
    assert is_model(download(SMALL))
    assert publisher.sent == len(MODEL_ZIP) + 1_000_000


def test_a_file_that_changed_meanwhile_starts_anew(publisher: Publisher) -> None:
    publisher.breaks = [1_000_000] * 5
    with pytest.raises(ModelError):
        download(SMALL)
    publisher.etag = '"two"'
    assert is_model(download(SMALL))


def test_a_file_complete_but_not_unpacked_is_not_sent_again(publisher: Publisher, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / f"{SMALL}.zip.part").write_bytes(MODEL_ZIP)
    assert is_model(download(SMALL))
    assert publisher.sent == 0


def test_a_damaged_file_is_dropped(publisher: Publisher) -> None:
    publisher.content = MODEL_ZIP[:2_000_000] + b"\x00" * 64 + MODEL_ZIP[2_000_064:]
    with pytest.raises(ModelError, match="MD5"):
        download(SMALL)
    assert not any(model.installed for model in listing()[1:])
    publisher.content = MODEL_ZIP
    assert is_model(download(SMALL))


def test_without_a_published_checksum_the_zip_itself_is_checked(publisher: Publisher) -> None:
    publisher.has_list = False
    publisher.content = MODEL_ZIP[:2_000_000] + b"\x00" * 64 + MODEL_ZIP[2_000_064:]
    with pytest.raises(ModelError, match="damaged"):
        download(SMALL)
    publisher.content = MODEL_ZIP
    assert is_model(download(SMALL))


def test_without_a_published_checksum_the_first_download_is_remembered(publisher: Publisher) -> None:
    publisher.has_list = False
    folder = download(SMALL)
    folder.rename(folder.with_name("away"))
    publisher.content = zipped({f"{SMALL}/am/final.mdl": b"another"})
    with pytest.raises(ModelError, match="differs"):
        download(SMALL)


@pytest.mark.parametrize("name", ["../../evil.txt", "/evil.txt", "a/../../../evil.txt", "..\\evil.txt", "C:\\evil.txt"])
def test_a_zip_cannot_write_elsewhere(publisher: Publisher, tmp_path: Path, name: str) -> None:
    publisher.content = zipped({name: b"evil", f"{SMALL}/am/final.mdl": b"x"})
    publisher.md5 = hashlib.md5(publisher.content).hexdigest()  # noqa: S324
    with pytest.raises(ModelError, match="outside"):
        download(SMALL)
    assert not list(tmp_path.rglob("*evil*"))
    assert not any(model.installed for model in listing()[1:])


def test_a_zip_without_a_model_is_refused(publisher: Publisher) -> None:
    publisher.content = zipped({"readme.txt": b"hello"})
    publisher.md5 = hashlib.md5(publisher.content).hexdigest()  # noqa: S324
    with pytest.raises(ModelError, match="no Vosk model"):
        download(SMALL)


def test_what_cannot_be_fetched_or_used_is_said(publisher: Publisher) -> None:
    with pytest.raises(ModelError, match="no model 'x'"):
        download("x")
    with pytest.raises(ModelError, match="not downloaded yet"):
        use(SMALL)
    with pytest.raises(ModelError, match="answered 404"):
        download("vosk-model-ru-0.42")
    publisher.shutdown()
    publisher.server_close()
    with pytest.raises(ModelError, match="broke off"):
        download(SMALL, client=httpx.Client(timeout=1))


def test_the_environment_goes_first(publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(EMBEDDED)
    monkeypatch.setenv("ZHKU_VOSK_MODEL", str(tmp_path))
    assert model_folder() == tmp_path
    assert not any(model.in_use for model in listing())


def test_a_chosen_model_that_is_gone_gives_way_to_the_embedded_one(publisher: Publisher) -> None:
    folder = download(SMALL)
    use(SMALL)
    folder.rename(folder.with_name("away"))
    assert model_folder() == EMBEDDED_FILES
