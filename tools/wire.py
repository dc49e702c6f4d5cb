"""What a new contract takes away from clients of the previous one: phones run both for a day and more."""

from collections.abc import Iterator
from typing import Any, Final

Schema = dict[str, Any]
Document = dict[str, Any]

METHODS: Final = ("get", "post", "put", "patch", "delete")
# Limits of what is sent to us: the new one must let pass what the old one did.
UPPER: Final = ("maximum", "maxLength", "maxItems")
LOWER: Final = ("minimum", "minLength", "minItems")


def narrowed(old: Document, new: Document) -> list[str]:
    """Each thing that was removed or narrowed, as a line for people; none when the contract only grew."""
    return sorted(set(_Comparison(old, new).all()))


class _Comparison:
    def __init__(self, old: Document, new: Document) -> None:
        self._old, self._new = old, new
        self._seen: set[tuple[str, str]] = set()

    def all(self) -> Iterator[str]:
        for path, operations in self._old["paths"].items():
            for method in METHODS:
                if method not in operations:
                    continue
                if method not in self._new["paths"].get(path, {}):
                    yield f"{method.upper()} {path} is gone"
                else:
                    yield from self._operation(operations[method], self._new["paths"][path][method])
        for name in self._old["components"]["schemas"]:  # those of sockets among them
            shape = {"$ref": f"#/components/schemas/{name}"}
            yield from self._schemas(shape, shape, "either", name)

    def _operation(self, old: Schema, new: Schema) -> Iterator[str]:
        where = old["operationId"]
        theirs = {parameter["name"]: parameter for parameter in new.get("parameters", ())}
        known = {parameter["name"]: parameter for parameter in old.get("parameters", ())}
        for name, parameter in known.items():
            if name not in theirs:
                yield f"{where}: the parameter {name} is gone"
            else:
                yield from self._schemas(parameter["schema"], theirs[name]["schema"], "in", f"{where}.{name}")
        for name, parameter in theirs.items():
            if parameter.get("required") and not known.get(name, {}).get("required"):
                yield f"{where}: the parameter {name} is required now"
        yield from self._schemas(_body(old), _body(new), "in", where)
        for status, answer in old["responses"].items():
            if status.startswith("2"):
                yield from self._schemas(
                    _content(answer), _content(new["responses"].get(status)), "out", where
                )

    def _schemas(self, old: Schema | None, new: Schema | None, way: str, where: str) -> Iterator[str]:
        if old is None or (way == "in" and new is None):
            if way == "in" and new is not None and self._found(new, self._new).get("required"):
                yield f"{where}: a body is required now"
            return
        if new is None:
            yield f"{where} is gone"
            return
        if name := old.get("$ref"):
            if (name, way) in self._seen:
                return
            self._seen.add((name, way))
            where = name.rpartition("/")[2]
        there, here = self._found(old, self._old), self._found(new, self._new)
        if here is None or there is None:
            yield f"{where} is gone"
            return
        yield from self._values(there, here, way, where)
        yield from self._fields(there, here, way, where)
        for choice in there.get("anyOf") or there.get("oneOf") or ():
            if "$ref" in choice:
                yield from self._schemas(choice, choice, way, where)
        if "items" in there:
            yield from self._schemas(there["items"], here.get("items"), way, f"{where}[]")

    def _found(self, schema: Schema, document: Document) -> Any:
        name = schema.get("$ref", "").rpartition("/")[2]
        return document["components"]["schemas"].get(name) if name else schema

    def _values(self, old: Schema, new: Schema, way: str, where: str) -> Iterator[str]:
        before, after = _kinds(old), _kinds(new)
        if way != "out" and before - after:
            yield f"{where}: {', '.join(sorted(before - after))} is no longer taken"
        if way != "in" and after - before:
            yield f"{where}: may be {', '.join(sorted(after - before))} now"
        if way != "out" and "enum" in new and set(old.get("enum", ("any",))) - set(new["enum"]):
            yield f"{where}: takes fewer values"
        if way == "in":
            for limit in UPPER:
                if limit in new and new[limit] < old.get(limit, float("inf")):
                    yield f"{where}: {limit} is lower"
            for limit in LOWER:
                if limit in new and new[limit] > old.get(limit, float("-inf")):
                    yield f"{where}: {limit} is higher"

    def _fields(self, old: Schema, new: Schema, way: str, where: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name, schema in before.items():
            if name not in after:
                yield f"{where}.{name} is gone"
            else:
                yield from self._schemas(schema, after[name], way, f"{where}.{name}")
        must, must_now = set(old.get("required", ())), set(new.get("required", ()))
        if way == "in":
            for name in must_now - must:
                yield f"{where}.{name} is required now"
        if way == "out":
            for name in must - must_now:
                yield f"{where}.{name} may be missing now"


def _body(operation: Schema) -> Schema | None:
    return _content(operation.get("requestBody"))


def _content(part: Schema | None) -> Schema | None:
    content: dict[str, Any] = (part or {}).get("content", {})
    return content["application/json"]["schema"] if "application/json" in content else None


def _kinds(schema: Schema) -> set[str]:
    """What a value may be: the names of JSON's types and of our own shapes."""
    kinds: set[str] = set()
    for choice in schema.get("anyOf") or schema.get("oneOf") or [schema]:
        kind = choice.get("type") or choice.get("$ref", "").rpartition("/")[2]
        if kind:
            kinds.add(str(kind))
    return kinds
