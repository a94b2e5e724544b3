"""The templates of what people see, the report's page and the live page's: text is escaped, a missing value an error."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).with_name("templates")


@cache
def environment() -> Environment:
    """Where templates are found, by their path below `templates/`."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["month_key"] = "{:%Y-%m}".format
    return made
