"""The JSON Schemas beside the kit, ../schemas/NAME.schema.json."""

import functools
import json
from pathlib import Path

from jsonschema import Draft202012Validator

FOLDER = Path(__file__).resolve().parent.parent / "schemas"


@functools.lru_cache
def validator(name):
    return Draft202012Validator(json.loads((FOLDER / f"{name}.schema.json").read_text("utf-8")))


def problems(name, value):
    """What is wrong with `value`, in words; empty when it is valid."""
    errors = sorted(validator(name).iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
    return [f"{error.json_path}: {error.message[:120]}" for error in errors]
