"""Where a role holds, and what of the library such roles reach together: pure rules, and the same as SQL."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    LIBRARY = "library"
    BRANCH = "branch"
    AREA = "area"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role, and where it holds: `scope_id` is that of the branch, area or department, null for the library."""

    role: str
    scope: Scope = Scope.LIBRARY
    scope_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """What grants reach together: everything, or what lies in these branches, areas and departments.

    Its text, as in `all` or `branch:1-area:2:3`, says the same, for the name of a stream.
    """

    whole: bool = False
    branches: frozenset[int] = frozenset()
    areas: frozenset[int] = frozenset()
    departments: frozenset[int] = frozenset()

    @classmethod
    def of(cls, grants: Iterable[Grant]) -> "Reach":
        ids: dict[Scope, set[int]] = {scope: set() for scope in Scope}
        for grant in grants:
            ids[grant.scope].add(grant.scope_id or 0)
        if ids[Scope.LIBRARY]:
            return cls(whole=True)
        return cls(
            branches=frozenset(ids[Scope.BRANCH]),
            areas=frozenset(ids[Scope.AREA]),
            departments=frozenset(ids[Scope.DEPARTMENT]),
        )

    def has_area(self, branch_id: int, area_id: int) -> bool:
        """Whether an area lies inside."""
        return self.whole or branch_id in self.branches or area_id in self.areas

    def has_inbox(
        self, department_id: int | None, branch_id: int | None = None, area_id: int | None = None
    ) -> bool:
        """Whether a question or feedback is theirs, by the department that it is for and the place that it is about.

        A department has what is for it, and what is for none. A place has what is about it, and what is about no
        place and for no department.
        """
        if self.whole or branch_id in self.branches or area_id in self.areas:
            return True
        if self.departments and (department_id is None or department_id in self.departments):
            return True
        return bool(self.branches or self.areas) and department_id is None and branch_id is None

    def inbox_sql(self, *, department: str, branch: str = "NULL", area: str = "NULL") -> str:
        """The same as a condition on columns, or NULL where a table has none."""
        if self.whole:
            return "TRUE"
        either = [
            f"{column} IN ({_listed(ids)})"
            for column, ids in ((branch, self.branches), (area, self.areas), (department, self.departments))
            if ids and column != "NULL"
        ]
        if self.departments:
            either.append(f"{department} IS NULL")
        elif self.branches or self.areas:
            either.append(f"{department} IS NULL AND {branch} IS NULL")
        return f"({' OR '.join(either) or 'FALSE'})"

    def gone(self, asked: Iterable[int], found: Iterable[int]) -> list[int]:
        """Those that were asked for and not found inside; who reaches everything loses nothing to others."""
        return [] if self.whole else sorted({*asked} - {*found})

    def __str__(self) -> str:
        if self.whole:
            return "all"
        parts = (
            (Scope.BRANCH, self.branches),
            (Scope.AREA, self.areas),
            (Scope.DEPARTMENT, self.departments),
        )
        return "-".join(":".join([scope.value, *map(str, sorted(ids))]) for scope, ids in parts if ids)

    @classmethod
    def parse(cls, text: str) -> "Reach":
        """What `str` has made of one."""
        if text == "all":
            return ALL
        return cls.of(
            Grant("", Scope(part.group(1)), int(number))
            for part in re.finditer(r"(\w+)((?::\d+)+)", text)
            for number in part.group(2)[1:].split(":")
        )


def _listed(ids: Iterable[int]) -> str:
    return ", ".join(str(int(number)) for number in sorted(ids))


ALL: Final = Reach(whole=True)
NOTHING: Final = Reach()
