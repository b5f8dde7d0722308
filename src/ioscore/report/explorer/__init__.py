"""The explorer: a page, or a part of one, in which weights, choices and sources can be changed."""

from ioscore.report.explorer.data import explorer_document
from ioscore.report.explorer.page import (
    explorer_page,
    explorer_part,
    module_text,
    script_hash,
    script_text,
    style_text,
)

__all__ = [
    "explorer_document",
    "explorer_page",
    "explorer_part",
    "module_text",
    "script_hash",
    "script_text",
    "style_text",
]
