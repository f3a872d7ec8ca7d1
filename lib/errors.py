"""The one exception whose text is written for a visitor."""


class InputError(Exception):
    """Say what is there, what is needed and what to do, in one sentence or two, with the values.

    Raised where a file or a typed value enters; shown by `lib.session.frame` in one place. Errors of nibabel, gzip,
    pandas and the operating system are translated into it at that boundary with ``raise ... from error``.
    """
