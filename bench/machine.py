"""On what the measurements were taken: numbers mean nothing without it."""

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("streamlit", "numpy", "nibabel", "nilearn", "plotly", "scipy", "isal", "pybids", "playwright")


def describe_machine(browser_version: str) -> dict:
    """Return cores, memory, system, versions and the load before the first measurement."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": platform.platform(terse=True),
        "python": sys.version.split()[0],
        "chromium": browser_version,
        "packages": {name: _version(name) for name in PACKAGES},
        "load": load(),
    }


def load() -> float:
    """Return the number of processes that wanted a core in the last minute, on average."""
    return round(os.getloadavg()[0], 2)


def sentence(machine: dict) -> str:
    """Return the machine in a sentence."""
    packages = ", ".join(f"{name} {number}" for name, number in machine["packages"].items())
    return (
        f"{machine['cores']} cores ({machine['processor']}), {machine['memory_gb']} GB, {machine['system']}, "
        f"Python {machine['python']}, Chromium {machine['chromium']} headless, {packages}; load {machine['load']}."
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
