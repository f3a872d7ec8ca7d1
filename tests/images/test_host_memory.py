"""The memory of a server: of the machine, or of the container where that has less."""

import os

import pytest

from lib.images.host_memory import host_memory


@pytest.fixture
def cgroup(tmp_path):
    """Return a function that writes the list of a process's groups and the limits mounted for it."""

    def write(lines: str, **limits: str) -> tuple:
        (tmp_path / "list").write_text(lines, encoding="utf-8")
        for place, text in limits.items():
            path = tmp_path / "mount" / place.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            name = "memory.limit_in_bytes" if place.startswith("memory") else "memory.max"
            path.mkdir(exist_ok=True)
            (path / name).write_text(f"{text}\n", encoding="ascii")
        return tmp_path / "list", tmp_path / "mount"

    return write


def test_a_container_has_what_its_group_may_take(cgroup):
    assert host_memory(*cgroup("0::/app\n", app="1000000")) == 1_000_000


def test_a_group_may_take_no_more_than_those_around_it(cgroup):
    assert host_memory(*cgroup("0::/pod/app\n", pod="500000", pod__app="max")) == 500_000


def test_groups_of_the_first_version_are_read_too(cgroup):
    assert host_memory(*cgroup("5:cpu:/\n4:memory:/app\n0::/\n", memory__app="2000000")) == 2_000_000


def test_the_path_of_a_host_leads_to_the_limit_that_the_container_sees(cgroup):
    """Docker mounts a container's own group at the top, and lists it as the host calls it."""
    assert host_memory(*cgroup("4:memory:/docker/0123\n", memory="3000000")) == 3_000_000


@pytest.mark.skipif(not hasattr(os, "sysconf"), reason="this system does not tell its memory")
def test_without_a_limit_the_machine_s_memory_counts(cgroup, tmp_path):
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert host_memory(*cgroup("0::/app\n", app="max")) == machine
    assert host_memory(tmp_path / "nothing", tmp_path / "nothing") == machine
