"""What is written down twice says the same."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from server.config import CONFIG_FILE, Config, load
from server.openapi import VERSION

ROOT = Path(__file__).parent.parent


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def written(section: dict[str, Any], prefix: str = "") -> set[str]:
    """The keys of a section and of those within it, with dots."""
    inner = {f"{prefix}{key}": value for key, value in section.items()}
    deeper = [written(value, f"{key}.") for key, value in inner.items() if isinstance(value, dict)]
    return {key for key, value in inner.items() if not isinstance(value, dict)}.union(*deeper)


def test_the_settings_file_names_every_setting_with_its_default() -> None:
    defaults = Config()
    settings = load(ROOT / CONFIG_FILE, {})
    bare = {"wechat": settings.wechat.model_copy(update={"templates": {}})}
    assert settings.model_copy(update=bare) == defaults

    named = written(tomllib.loads(read("config.toml")))
    known = written(defaults.model_dump()) - {"wechat.templates"}
    assert {key for key in named if not key.startswith("wechat.templates.")} == known


def test_both_languages_of_the_readme_lead_to_the_same_pages() -> None:
    def pages(name: str) -> list[str]:
        return [page for page in re.findall(r"\]\((.+?)\)", read(name)) if not page.startswith("README")]

    assert pages("README.md") == pages("README.zh-CN.md")


def test_one_version_stands_everywhere() -> None:
    in_client = re.search(r"clientVersion = '(.+)'", read("miniprogram/src/config.ts"))
    assert in_client
    assert in_client[1] == VERSION
    assert tomllib.loads(read("pyproject.toml"))["project"]["version"] == VERSION
    lock = json.loads(read("package-lock.json"))
    assert json.loads(read("package.json"))["version"] == VERSION
    assert lock["version"] == lock["packages"][""]["version"] == VERSION
