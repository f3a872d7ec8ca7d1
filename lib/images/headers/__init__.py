"""Explain a header: every field with its value and one plain sentence, and the few facts that matter most."""

from lib.images.headers.field import Field
from lib.images.headers.listing import list_fields
from lib.images.headers.summary import summarise_image

__all__ = ["Field", "list_fields", "summarise_image"]
