"""The table of limits: frozen, whole, and each entry with a source."""

import dataclasses

import pytest

from lib.confounds.framewise_displacement import MEASURES
from lib.quality.thresholds import LEVELS, LIMITS, WITHOUT_LIMIT


def test_the_limits_are_these():
    """A limit is changed on purpose, with its source, and never by the way."""
    assert {key: (limit.value, limit.unit, limit.level) for key, limit in LIMITS.items()} == {
        "power_jump": (0.5, "mm", "care"),
        "jenkinson_jump": (0.25, "mm", "care"),
        "enorm_jump": (0.3, "mm (1 degree = 1 mm)", "care"),
        "dvars_jump": (1.5, "", "care"),
        "non_steady_volumes": (0, "volumes", "care"),
        "missing_voxels": (0, "voxels", "care"),
        "missing_volumes": (0, "volumes", "care"),
        "jenkinson_mean": (0.2, "mm", "look"),
        "jenkinson_percent_above": (20, "%", "look"),
        "jenkinson_max": (5, "mm", "look"),
        "seconds_left": (240, "s", "look"),
    }


def test_no_limit_without_a_source_nor_a_measure_without_a_reason():
    for limit in LIMITS.values():
        assert limit.measure
        assert limit.source
        assert limit.level in LEVELS
    assert all(WITHOUT_LIMIT.values())
    assert not set(LIMITS) & set(WITHOUT_LIMIT)


def test_the_tables_cannot_be_changed():
    with pytest.raises(TypeError):
        LIMITS["dvars_jump"] = None
    with pytest.raises(dataclasses.FrozenInstanceError):
        LIMITS["dvars_jump"].value = 3


def test_a_value_at_its_limit_has_not_passed_it():
    assert not LIMITS["power_jump"].is_passed_by(MEASURES["power"].default_threshold)
    assert LIMITS["power_jump"].is_passed_by(0.51)
    assert not LIMITS["seconds_left"].is_passed_by(240)
    assert LIMITS["seconds_left"].is_passed_by(239)
    assert not LIMITS["power_jump"].is_passed_by(float("nan"))
