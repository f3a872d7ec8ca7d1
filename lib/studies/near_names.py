"""Which of the images that are offered has a name near one that nothing answers to?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from lib.images.image import IMAGE_SUFFIXES

MAX_NEAR = 6
# Names of files that are spelled less alike than this are not taken for one another.
LEAST_ALIKE = 0.6
# No name in use is longer; a link's own may be.
LONGEST = 400
BETWEEN_WORDS = re.compile(r"[_.+\s]+")


@dataclass(frozen=True)
class _Parts:
    """An id taken apart, in small letters: its folders, its file's name without its ending, and the words of that."""

    folders: frozenset[str]
    stem: str
    words: frozenset[str]


def near_names(wanted: str, offered: Iterable[str]) -> tuple[str, ...]:
    """Return the ids whose file is called nearly as one that is missing, the nearest first, at most `MAX_NEAR`.

    Files count as near that are spelled alike, letter by letter (`difflib`), or share most of their entities and words;
    among them the folders on the way decide too.
    """
    asked = _take_apart(wanted[-LONGEST:])
    matcher = SequenceMatcher(autojunk=False)
    # What stands second is what difflib prepares.
    matcher.set_seq2(asked.stem)
    scored = [(_nearness(asked, _take_apart(image_id), matcher), image_id) for image_id in offered]
    near = sorted((-score, image_id) for score, image_id in scored if score > 0)
    return tuple(image_id for _, image_id in near[:MAX_NEAR])


def _take_apart(image_id: str) -> _Parts:
    *folders, name = image_id.lower().split("/")
    ending = max((suffix for suffix in IMAGE_SUFFIXES if name.endswith(suffix)), key=len, default="")
    stem = name.removesuffix(ending)
    return _Parts(frozenset(folders), stem, frozenset(word for word in BETWEEN_WORDS.split(stem) if word))


def _nearness(asked: _Parts, other: _Parts, matcher: SequenceMatcher) -> float:
    """Return how near two names are, 0 where they are not."""
    shared = _share(asked.words, other.words)
    alike = _likeness(other.stem, matcher)
    if shared < 0.5 and not alike:
        return 0.0
    return 2 * shared + 2 * alike + _share(asked.folders, other.folders)


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _likeness(stem: str, matcher: SequenceMatcher) -> float:
    """Return which share of two names' letters is the same and in order, 0 below `LEAST_ALIKE`."""
    matcher.set_seq1(stem)
    # The first two are quick, and never say less than the third.
    for ratio in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio):
        if (found := ratio()) < LEAST_ALIKE:
            return 0.0
    return found
