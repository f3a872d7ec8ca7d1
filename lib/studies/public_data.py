"""Which public data sets can be fetched, and the fetching by nilearn.

Run as ``python -m lib.studies.public_data KEY N_SUBJECTS FOLDER``, it fetches one: a process of its own can be stopped
in the middle of a download, and gives back the 200 MB that nilearn takes. See `lib.studies.downloading`, its starter.
"""

import inspect
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

PROBLEM = 3
"""Exit status: the last line of the output says for a visitor what went wrong."""

DEEP_ENOUGH = 100
"""Calls within calls that a download needs, and some to spare."""

NON_COMMERCIAL = "unrestricted for non-commercial research"


@dataclass(frozen=True)
class Dataset:
    """A public data set.

    Attributes
    ----------
    key : the folder that nilearn keeps it in, and so its name in links.
    title, about : for people.
    megabytes : to download for one subject, about.
    n_most : subjects there are; 1 where there is nothing to choose.
    licence : as nilearn's description states it.
    source : address of the data's own page.
    """

    key: str
    title: str
    about: str
    megabytes: int
    n_most: int
    licence: str
    source: str

    def download_bytes(self, n_subjects: int) -> int:
        """Return how much is downloaded, about."""
        return self.megabytes * n_subjects * 1_000_000

    def disk_bytes(self, n_subjects: int) -> int:
        """Return how much disk is taken while an archive and what was unpacked of it are both there, at most."""
        return 3 * self.download_bytes(n_subjects)


DATASETS = (
    Dataset(
        "spm_auditory",
        "SPM auditory",
        "One person hears words in blocks: a raw T1w and 84 volumes with TR 7 s, as BIDS.",
        30,
        1,
        "free for personal education and evaluation; ask the methods group at the Wellcome Department for other uses",
        "https://www.fil.ion.ucl.ac.uk/spm/data/auditory/",
    ),
    Dataset(
        "development_fmri",
        "Brain development",
        "Children and adults watch a short film: preprocessed runs in MNI space at 4 mm, TR 2 s, with confounds.",
        20,
        155,
        NON_COMMERCIAL,
        "https://osf.io/5hju4/files/",
    ),
    Dataset(
        "brainomics_localizer",
        "Functional localizer",
        "Left against right button press: maps and anatomies of 94 people, already computed.",
        2,
        94,
        NON_COMMERCIAL,
        "https://osf.io/vhtf6/",
    ),
    Dataset(
        "haxby2001",
        "Haxby 2001",
        "Faces, houses and objects: long runs, anatomy and masks of six people.",
        300,
        6,
        "none is stated; see the source",
        "http://data.pymvpa.org/datasets/haxby2001/",
    ),
    Dataset(
        "adhd",
        "ADHD at rest",
        "Preprocessed resting-state runs with confounds, of the 1000 Functional Connectomes Project.",
        45,
        40,
        NON_COMMERCIAL,
        "http://fcon_1000.projects.nitrc.org/indi/adhd200/index.html",
    ),
)


def find_dataset(key: str) -> Dataset:
    """Return the data set of this key; `KeyError` where there is none."""
    return {dataset.key: dataset for dataset in DATASETS}[key]


def fetch_dataset(key: str, n_subjects: int, folder: Path) -> None:
    """Fetch a data set into ``folder / key``, continuing what an earlier call began; prints what it is doing."""
    _fetchers(n_subjects, folder)[key]()


def _fetchers(n_subjects: int, folder: Path) -> dict[str, Callable[[], object]]:
    from nilearn import datasets

    return {
        "spm_auditory": lambda: _fetch_spm_auditory(folder),
        "development_fmri": lambda: datasets.fetch_development_fmri(
            n_subjects=n_subjects, reduce_confounds=False, data_dir=folder
        ),
        "brainomics_localizer": lambda: datasets.fetch_localizer_contrasts(
            ["left vs right button press"], n_subjects=n_subjects, get_tmaps=True, get_anats=True, data_dir=folder
        ),
        "haxby2001": lambda: datasets.fetch_haxby(subjects=n_subjects, data_dir=folder),
        "adhd": lambda: datasets.fetch_adhd(n_subjects=n_subjects, data_dir=folder),
    }


def _fetch_spm_auditory(folder: Path) -> None:
    from nilearn import datasets

    # nilearn calls itself without end when the archive cannot be unpacked, looking through the whole stack each time.
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + DEEP_ENOUGH)
    try:
        datasets.fetch_spm_auditory(data_dir=folder)
    except RecursionError:
        (folder / "spm_auditory" / "MoAEpilot.bids.zip").unlink(missing_ok=True)
        raise ValueError("the archive cannot be unpacked") from None
    finally:
        sys.setrecursionlimit(usual)


def main(key: str, n_subjects: str, folder: str) -> int:
    """Fetch, and turn what the network and the disk do into one sentence on the last line of the output."""
    title = find_dataset(key).title
    problem = _try_to_fetch(key, int(n_subjects), Path(folder), title)
    # nilearn takes whatever comes for the file, and would keep it for good.
    if _remove_web_pages(Path(folder) / key):
        problem = f"The source of {title} sent a web page instead of the data. Try again later."
    if problem:
        print(problem, flush=True)
    return PROBLEM if problem else 0


def _try_to_fetch(key: str, n_subjects: int, folder: Path, title: str) -> str | None:
    import requests

    broken_off = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
    try:
        fetch_dataset(key, n_subjects, folder)
    except broken_off as error:
        return (
            f"{title} could not be downloaded: the connection to {_host(error)} could not be made or broke off. Check "
            "the network of this server and try again; what has arrived is kept."
        )
    except requests.HTTPError as error:
        return (
            f"{title} could not be downloaded: {_host(error)} answered with the status {error.response.status_code}. "
            "Try again later; what has arrived is kept."
        )
    except OSError as error:
        if error.errno is not None:
            return f"{title} could not be stored ({error.strerror}). Free some space on the disk of this server."
        return _unexpected(title, error)
    except (ValueError, KeyError, EOFError) as error:
        return _unexpected(title, error)
    return None


def _host(error) -> str:
    return urlsplit(error.request.url).hostname if error.request is not None else "its source"


def _unexpected(title: str, error: Exception) -> str:
    reason = str(error).strip().partition("\n")[0][:160]
    return f"What the source of {title} sent is not what it should be ({reason}). Try again later."


def _remove_web_pages(folder: Path) -> int:
    """Remove files that are web pages, and return how many there were."""
    pages = [path for path in folder.rglob("*") if path.is_file() and _is_web_page(path)]
    for path in pages:
        path.unlink()
    return len(pages)


def _is_web_page(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(64).lstrip().lower().startswith((b"<!doctype html", b"<html"))


def _end_with_parent(parent: int) -> None:
    """End this process when the server that started it is gone: nobody would ever look at what it fetches."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    sys.exit(main(*sys.argv[1:]))
