"""Ad-hoc notices: preview a plan, approve or reject it, lift it. Signatures first; bodies follow."""

from tasks.core.notices import Approved, Lifted, NoticePlan, NoticePreview, NoticeRequest
from tasks.core.own_words import Words
from tasks.core.runs import Run


def preview(run: Run, request: NoticeRequest, operator: str) -> NoticePreview:
    """Who would be told what, at which cost, stored as a plan. Writes nothing to the ledger."""
    raise NotImplementedError


def show(run: Run, plan_id: str) -> NoticePreview:
    """A stored plan as its operator saw it, samples rendered anew: after a restart, by somebody else."""
    raise NotImplementedError


def plans(run: Run) -> list[NoticePlan]:
    """Every plan, newest first."""
    raise NotImplementedError


def approve(run: Run, plan_id: str, plan_hash: str, operator: str) -> Approved:
    """Send exactly this plan minus what stopped being true. Raises GuardError where somebody decided before."""
    raise NotImplementedError


def reject(run: Run, plan_id: str, operator: str, why: str = "") -> NoticePlan:
    """It is never sent."""
    raise NotImplementedError


def lift(run: Run, plan_id: str, operator: str, words: Words | None = None) -> Lifted:
    """End an approved plan: nothing more leaves, and those who were told hear that it is over."""
    raise NotImplementedError
