"""On what was measured is said even where not everything is there."""

from bench import machine


def test_a_package_that_is_not_installed_is_said_and_stops_no_measurement(monkeypatch):
    """`make bench` of what needs no pybids ended before it began, where pybids was missing."""
    monkeypatch.setattr(machine, "PACKAGES", ("numpy", "no-such-package"))
    told = machine.describe_machine("156")
    assert told["packages"]["numpy"][0].isdigit()
    assert "no-such-package not installed; load" in machine.sentence(told)
