"""Departments of a test's library."""

from typing import Any

from tests.support.library import Answer, Phone, new_key

PATH = "/api/admin/departments"


async def make(admin: Phone, name: str = "参考咨询部", **more: Any) -> Answer:
    wish = {"idempotency_key": new_key(), "name": name, "asks": "查资料，找论文", **more}
    return await admin.post(PATH, wish)


async def made(admin: Phone, name: str = "参考咨询部", **more: Any) -> Any:
    """Make one, which must succeed: the department."""
    answer = await make(admin, name, **more)
    assert answer.status == 201, answer.body
    return answer.body


async def close(admin: Phone, department: Any) -> Any:
    """Close one: the department as it is then."""
    wish = {key: value for key, value in department.items() if key != "id"} | {"closed": True}
    answer = await admin.put(f"{PATH}/{department['id']}", wish)
    assert answer.status == 200, answer.body
    return answer.body
