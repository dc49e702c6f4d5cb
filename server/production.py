"""What must hold before several processes serve, or readers come; each complaint names the setting and the reason."""

from ipaddress import ip_address
from typing import Final

from pydantic import SecretStr

from server.config import SECRETS_FILE, Config, Secrets, kept_secrets

REVIEW_CODE_LENGTH: Final = 16  # at least


def problems_of_processes(config: Config, processes: int) -> list[str]:
    """What keeps several web processes from being one server."""
    if processes == 1:
        return []
    problems = []
    if config.database.url.startswith("sqlite"):
        problems.append("database.url: SQLite is for one process; several need PostgreSQL")
    if not config.redis.url:
        problems.append("redis.url: several processes need Redis, or they do not hear of each other")
    return problems


def problems_of_production(config: Config, secrets: Secrets) -> list[str]:
    """What nobody should put before readers; nothing in development, where all of it is convenient."""
    if config.mode != "production":
        return []
    server, problems = config.server, []
    if config.wechat.simulator:
        problems.append(
            "wechat.simulator: whoever reaches a simulated WeChat can be anybody; set it to false"
        )
    if not _is_loopback(server.host) and not server.trusted_proxies:
        problems.append(
            f"server.trusted_proxies: needed when server.host is {server.host}: the networks of the proxy with TLS"
        )
    if not server.allowed_origins:
        problems.append('server.allowed_origins: name them; of a mini-program ["https://servicewechat.com"]')
    if _is_short(secrets.review_code):
        problems.append(f"environment: WENJIN_REVIEW_CODE: at least {REVIEW_CODE_LENGTH} characters, or none")
    if config.wechat.check_text and not server.public_url:
        problems.append(
            "server.public_url: WeChat fetches pictures there to check them; without it nobody sees them"
        )
    for name in Secrets.model_fields:
        value = getattr(secrets, name)
        if value is not None and value.get_secret_value() in kept_secrets().values():
            problems.append(f"environment: the {name} of development, from {SECRETS_FILE}, is in use")
    return problems


def _is_short(code: SecretStr | None) -> bool:
    return code is not None and len(code.get_secret_value()) < REVIEW_CODE_LENGTH


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
