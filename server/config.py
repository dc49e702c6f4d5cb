"""config.toml and the environment as frozen sections; anything wrong refuses to start, by name."""

import json
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from models import db
from models.notices import FIELDS, Purpose
from models.seals import Keys
from models.wechat_fields import kind_of
from server.versions import VERSION

CONFIG_FILE = Path("config.toml")
SECRETS_FILE = Path("var/secrets.json")
KILLED_AFTER_S: Final = 15  # what stops a service kills it then: the units, the compose file, Cloud Hosting
SUPERVISED_S: Final = 1.0  # that the supervisor waits beyond its processes
SIMULATED_APPID: Final = "wx0000000000000001"
SHORTEST_KEY: Final = 32


class ConfigError(Exception):
    """The settings cannot be used; the text names file, key and rule."""


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise ValueError(f"{text}: no network such as 10.0.0.0/8 or 127.0.0.1") from None
    return text


Network = Annotated[str, AfterValidator(_network)]


class ServerSection(Section):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    public_url: Annotated[str, Field(pattern=r"^(https?://[^/]+)?$")] = ""
    allowed_origins: list[str] = []
    trusted_proxies: list[Network] = []
    body_limit_bytes: Annotated[int, Field(ge=1024, le=1_048_576)] = 65_536
    drain_s: Annotated[float, Field(ge=0)] = 0.0
    shutdown_s: Annotated[float, Field(ge=2)] = 5.0
    client_dir: str = "var/preview"

    @property
    def stops_within_s(self) -> float:
        """From SIGTERM until a process is gone, whatever it was about."""
        return self.drain_s + self.shutdown_s

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        most = KILLED_AFTER_S - 2 * SUPERVISED_S
        if self.stops_within_s > most:
            raise ValueError(
                f"drain_s + shutdown_s must be at most {most:g}: services are killed after {KILLED_AFTER_S}"
            )
        return self


class ClientSection(Section):
    oldest: Annotated[str, Field(pattern=f"^{VERSION}$")] = "0.0.0"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("no such time zone; use an IANA name such as Asia/Shanghai") from error
    return name


class LibrarySection(Section):
    name: Annotated[str, Field(min_length=1, max_length=40)] = "问津图书馆"
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"


def _database(url: str) -> str:
    try:
        db.settings(url)
    except ValueError:  # whose own words may quote half a password
        raise ValueError("no address of a database; in a password write / @ # as %2F %40 %23") from None
    return url


class DatabaseSection(Section):
    url: Annotated[str, Field(pattern=r"^(sqlite|postgres|postgresql)://.+"), AfterValidator(_database)] = (
        "sqlite://var/wenjin.sqlite3"
    )


class RedisSection(Section):
    url: Annotated[str, Field(pattern=r"^((redis|rediss|unix)://.+)?$")] = ""
    prefix: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")] = "wenjin"


class TemplateSection(Section):
    id: Annotated[str, Field(min_length=1, max_length=64)]
    fields: dict[str, str]


def _fitting(templates: dict[str, TemplateSection]) -> dict[str, TemplateSection]:
    for name, template in templates.items():
        if name not in FIELDS or not FIELDS[Purpose(name)]:
            raise ValueError(f"no purpose {name}; there are {', '.join(FIELDS)}")
        wanted = FIELDS[Purpose(name)]
        if set(template.fields) != set(wanted):
            raise ValueError(f"{name}.fields must name exactly {', '.join(wanted)}")
        for field, key in template.fields.items():
            if kind_of(key) != wanted[field]:
                raise ValueError(f"{name}.fields.{field} must go to a key of the type {wanted[field]}")
    return templates


class WeChatSection(Section):
    simulator: bool = True
    base_url: Annotated[str, Field(pattern=r"^https?://.+/$")] = "http://127.0.0.1:8090/"
    appid: Annotated[str, Field(pattern=r"^wx[0-9a-f]{16}$")] = SIMULATED_APPID
    miniprogram_state: Literal["developer", "trial", "formal"] = "developer"
    lang: Literal["zh_CN", "en_US", "zh_HK", "zh_TW"] = "zh_CN"
    check_text: bool = True
    templates: Annotated[dict[str, TemplateSection], AfterValidator(_fitting)] = {}

    @model_validator(mode="after")
    def _real(self) -> Self:
        """The address and the account of the simulator are nobody's at the real WeChat."""
        if not self.simulator and not self.base_url.startswith("https://"):
            raise ValueError("base_url must be https://api.weixin.qq.com/ when simulator is false")
        if not self.simulator and self.appid == SIMULATED_APPID:
            raise ValueError("appid must be the mini-program's own when simulator is false")
        return self


class LiveSection(Section):
    coalesce_ms: Annotated[int, Field(ge=0, le=5000)] = 100
    heartbeat_s: Annotated[float, Field(gt=0, le=60)] = 10.0


class WorkerSection(Section):
    in_web: bool = True
    poll_s: Annotated[float, Field(gt=0, le=60)] = 1.0
    at_once: Annotated[int, Field(ge=1, le=50)] = 4
    outside_at_once: Annotated[int, Field(ge=1, le=200)] = 16
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0


class MetricsSection(Section):
    networks: list[Network] = ["127.0.0.0/8", "::1"]


class MediaSection(Section):
    store: Literal["directory", "s3"] = "directory"
    directory: Annotated[str, Field(min_length=1)] = "var/media"
    s3_url: Annotated[str, Field(pattern=r"^(https?://[^/]+)?$")] = ""
    s3_bucket: str = ""
    s3_region: Annotated[str, Field(min_length=1)] = "us-east-1"
    pictures_per_day: Annotated[int, Field(ge=1, le=10_000)] = 30

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.store == "s3" and not (self.s3_url and self.s3_bucket):
            raise ValueError('s3_url and s3_bucket are needed when store is "s3"')
        if self.store == "s3" and find_spec("minio") is None:
            raise ValueError("install requirements-s3.txt first")
        return self


class BucketSection(Section):
    burst: Annotated[int, Field(ge=1, le=10_000_000)]
    per_minute: Annotated[float, Field(gt=0, le=10_000_000)]


class LimitsSection(Section):
    ordinary: BucketSection = BucketSection(burst=300, per_minute=600)
    booking: BucketSection = BucketSection(burst=30, per_minute=30)
    text: BucketSection = BucketSection(burst=60, per_minute=60)
    upload: BucketSection = BucketSection(burst=40, per_minute=40)
    sign_in: BucketSection = BucketSection(burst=20_000, per_minute=6_000)
    guest: BucketSection = BucketSection(burst=60_000, per_minute=60_000)


class LogSection(Section):
    format: Literal["console", "json"] = "console"
    level: Literal["debug", "info", "warning", "error"] = "info"


def _traceable(endpoint: str) -> str:
    if endpoint and find_spec("opentelemetry") is None:
        raise ValueError("install requirements-tracing.txt first")
    return endpoint


class TracingSection(Section):
    endpoint: Annotated[str, Field(pattern=r"^(https?://.+)?$"), AfterValidator(_traceable)] = ""


class Secrets(Section):
    """Never printed: pydantic shows stars."""

    wechat_secret: SecretStr
    push_token: SecretStr
    push_aes_key: SecretStr | None = None
    metrics_token: SecretStr | None = None
    s3_key: SecretStr | None = None
    s3_secret: SecretStr | None = None
    review_code: SecretStr | None = None
    audit_key: SecretStr | None = None

    @property
    def seal_keys(self) -> Keys:
        return Keys(self.audit_key.get_secret_value() if self.audit_key else "")


class Config(Section):
    mode: Literal["development", "production"] = "development"
    server: ServerSection = ServerSection()
    client: ClientSection = ClientSection()
    library: LibrarySection = LibrarySection()
    database: DatabaseSection = DatabaseSection()
    redis: RedisSection = RedisSection()
    wechat: WeChatSection = WeChatSection()
    live: LiveSection = LiveSection()
    worker: WorkerSection = WorkerSection()
    metrics: MetricsSection = MetricsSection()
    media: MediaSection = MediaSection()
    limits: LimitsSection = LimitsSection()
    log: LogSection = LogSection()
    tracing: TracingSection = TracingSection()


def load(path: Path = CONFIG_FILE, environment: Mapping[str, str] = os.environ) -> Config:
    """The settings of a file, with `PORT` and the URLs of the environment laid over them.

    Raises `ConfigError`.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: there is no such file") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    for section in ("database", "redis"):
        if url := environment.get(f"WENJIN_{section.upper()}_URL"):
            values.setdefault(section, {})["url"] = url
    if port := environment.get("PORT"):
        if not port.isdigit():
            raise ConfigError("PORT in the environment: must be a number")
        values.setdefault("server", {})["port"] = int(port)
    return parse(values, path)


def parse(values: Mapping[str, Any], path: Path) -> Config:
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError("\n".join(_complaints(error, path))) from None


def _complaints(error: ValidationError, path: Path) -> list[str]:
    told = []
    for problem in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in problem["loc"])
        rule = "no such setting" if problem["type"] == "extra_forbidden" else problem["msg"]
        told.append(f"{path}: {key}: {rule}")
    return told


def load_secrets(config: Config, environment: Mapping[str, str] = os.environ) -> Secrets:
    """Secrets of the environment; in simulator mode the missing ones are made up once and kept.

    The key of WeChat's sealed pushes may be missing: then they come open.

    Raises `ConfigError` naming the variable.
    """
    names = {"wechat_secret": "WENJIN_WECHAT_SECRET", "push_token": "WENJIN_PUSH_TOKEN"}
    found = {name: environment[variable] for name, variable in names.items() if environment.get(variable)}
    if len(found) < len(names):
        if not config.wechat.simulator or config.mode == "production":
            missing = ", ".join(variable for name, variable in names.items() if name not in found)
            raise ConfigError(f"environment: {missing}: needed in production and with the real WeChat")
        found = {**_development_secrets(), **found}
    if key := environment.get("WENJIN_PUSH_AES_KEY"):
        if not re.fullmatch(r"[A-Za-z0-9]{43}", key):
            raise ConfigError(
                "environment: WENJIN_PUSH_AES_KEY: not the 43 letters and digits of an EncodingAESKey"
            )
        found["push_aes_key"] = key
    found |= _s3_secrets(environment) if config.media.store == "s3" else {}
    if token := environment.get("WENJIN_METRICS_TOKEN"):
        found["metrics_token"] = token
    if code := environment.get("WENJIN_REVIEW_CODE", "").strip():
        found["review_code"] = code
    if key := environment.get("WENJIN_AUDIT_KEY"):
        if len(key.split(",")[0]) < SHORTEST_KEY:
            raise ConfigError(f"environment: WENJIN_AUDIT_KEY: shorter than {SHORTEST_KEY} characters")
        found["audit_key"] = key
    return Secrets(**{name: SecretStr(value) for name, value in found.items()})


def _s3_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    found = {name: environment.get(f"WENJIN_{name.upper()}", "") for name in ("s3_key", "s3_secret")}
    if missing := ", ".join(f"WENJIN_{name.upper()}" for name, value in found.items() if not value):
        raise ConfigError(f'environment: {missing}: needed when media.store is "s3"')
    return found


def _development_secrets() -> dict[str, str]:
    if not SECRETS_FILE.exists():
        SECRETS_FILE.parent.mkdir(parents=True, exist_ok=True)
        made = {"wechat_secret": secrets.token_hex(16), "push_token": secrets.token_hex(12)}
        SECRETS_FILE.touch(mode=0o600)
        SECRETS_FILE.write_text(json.dumps(made))
    return kept_secrets()


def kept_secrets() -> dict[str, str]:
    """Those of development, where some were made up."""
    kept: dict[str, str] = json.loads(SECRETS_FILE.read_text()) if SECRETS_FILE.exists() else {}
    return kept
