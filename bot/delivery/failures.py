"""Why a job came to nothing, in the reader's language: what happened, what it cost, what to do.

Pure. What none of the known phrases fits stays in ``job.detail`` and in the log.
"""

from __future__ import annotations

from bot.i18n import Tongue
from bot.jobs.causes import cause_of
from bot.model import Job, Reason


def failure(job: Job, tongue: Tongue) -> str:
    """One sentence of a job that failed or is under review."""
    return tongue.html(f"failed.{cause_of(job.reason or Reason.FAILED, job.detail)}")
