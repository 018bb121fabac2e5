"""The names behind ClassLabel numbers, from what `datasets` writes beside a schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def class_labels(schema: pa.Schema) -> dict[str, tuple[str, ...]]:
    """Dotted column name to its names, in order; empty where the schema carries none that can be read."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, ValueError, TypeError):
        return {}  # written by someone else, or by a version with another layout: numbers keep their default meaning
    return labels_in_features(features)


def labels_in_features(features: Any) -> dict[str, tuple[str, ...]]:
    """The same of the features themselves, in their JSON form."""
    found: dict[str, tuple[str, ...]] = {}
    stack: list[tuple[str, Any]] = [("", features)]
    while stack:
        name, feature = stack.pop()
        if isinstance(feature, list):
            stack += [(name, item) for item in feature]
        elif isinstance(feature, Mapping):
            if feature.get("_type") == "ClassLabel":
                if isinstance(names := feature.get("names"), (list, tuple)):
                    found[name] = tuple(map(str, names))
            elif isinstance(feature.get("_type"), str):
                stack.append((name, feature.get("feature")))  # a list: its items keep its name
            else:
                stack += [(f"{name}.{key}" if name else str(key), item) for key, item in feature.items()]
    return found
