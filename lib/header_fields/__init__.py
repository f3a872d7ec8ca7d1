"""Explain a header: every field with its value and one plain sentence, and the few facts that matter most."""

from lib.header_fields.field import Field
from lib.header_fields.listing import list_fields
from lib.header_fields.summary import summarise_image

__all__ = ["Field", "list_fields", "summarise_image"]
