"""Everything that a report says about a question, computed: one value, no files."""

from ioscore.audit.results import Audit, Profile, Verdicts
from ioscore.audit.run import run_audit
from ioscore.audit.seizures import SeizureStudy

__all__ = ["Audit", "Profile", "SeizureStudy", "Verdicts", "run_audit"]
