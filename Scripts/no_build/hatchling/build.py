"""The same stand-in for distributions that hatchling builds."""

from scikit_build_core.build import build_wheel, prepare_metadata_for_build_wheel  # noqa: F401
