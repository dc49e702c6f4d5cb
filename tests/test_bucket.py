"""Pictures in an S3-compatible store, played by moto's server; what a directory does when it cannot."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from minio import Minio
from moto.server import ThreadedMotoServer

from server.config import ConfigError, MediaSection, load, load_secrets, parse
from tests.support.library import S3_KEY, S3_SECRET, SECRET, Library, running_library
from tests.support.pictures import RED, picture, seen, send, sent, state

NAME = "wenjin"


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def client(url: str) -> Any:
    return Minio(url.removeprefix("http://"), S3_KEY, S3_SECRET, secure=False, region="us-east-1")


def kept(url: str) -> list[str]:
    return [one.object_name for one in client(url).list_objects(NAME, recursive=True)]


async def test_pictures_lie_in_the_bucket_are_shown_from_it_and_leave_it(
    database_url: str, store: str
) -> None:
    client(store).make_bucket(NAME)
    media = MediaSection(store="s3", s3_url=store, s3_bucket=NAME)
    async with running_library(database_url, media=media) as library:
        lin = await library.reader("lin")
        good, bad = await sent(lin), await sent(lin, picture(RED))
        whole = await seen(library, good["url"])
        assert (whole.status, whole.body[:2]) == (200, b"\xff\xd8")
        assert (await seen(library, good["url"], Range="bytes=1-2")).body == whole.body[1:3]
        await state(library, bad["id"], "removed")
        await library.settled()
        [name] = kept(store)
        assert name.startswith(f"{lin.reader_id}/")
        client(store).remove_object(NAME, name)  # by an operator's hand
        assert (await seen(library, good["url"])).code == "not_found"
        await library.advance(days=2)
        await state(library, good["id"], "gone")


async def test_while_the_store_is_away_a_picture_is_to_be_sent_later_and_then_it_is_one(
    database_url: str, store: str
) -> None:
    media = MediaSection(store="s3", s3_url="http://127.0.0.1:9", s3_bucket=NAME)
    async with running_library(database_url, media=media) as library:
        await _later(library)


async def test_a_disk_that_takes_nothing_answers_that_it_may_later(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "media").write_text("in the way")
    media = MediaSection(directory=str(tmp_path / "media"))
    async with running_library(database_url, media=media) as library:
        lin = await _later(library)
        (tmp_path / "media").unlink()
        assert (await sent(lin))["state"] == "checking"


async def _later(library: Library) -> Any:
    lin = await library.reader("lin")
    refused = await send(lin, picture())
    assert (refused.status, refused.code, refused.headers["Retry-After"]) == (503, "try_later", "5")
    return lin


def test_a_store_without_address_bucket_or_secret_stops_the_start() -> None:
    for change in ({}, {"s3_url": "http://127.0.0.1:9"}, {"s3_bucket": "x"}):
        with pytest.raises(ConfigError, match="s3_url and s3_bucket"):
            parse({"media": {"store": "s3", **change}}, Path("config.toml"))
    s3 = MediaSection(store="s3", s3_url="http://127.0.0.1:9", s3_bucket="x")
    config = load(environment={}).model_copy(update={"media": s3})
    secrets = {"WENJIN_WECHAT_SECRET": SECRET, "WENJIN_PUSH_TOKEN": "token", "WENJIN_S3_KEY": "key"}
    with pytest.raises(ConfigError, match="WENJIN_S3_SECRET"):
        load_secrets(config, secrets)
    both = load_secrets(config, {**secrets, "WENJIN_S3_SECRET": "quiet"})
    assert both.s3_secret
    assert "quiet" not in repr(both)
