"""What usually changes together: the hints of a sprint with their own record, told when it is built, and expected files."""

from retro.pipeline.co_changes.expectation import expected
from retro.pipeline.co_changes.judging import judge_co_changes

__all__ = ["expected", "judge_co_changes"]
