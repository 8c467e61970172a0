"""Reads policies as a JSON object of names and documents, and prints what parliament finds as JSON.

A finding is split by what it is about: an action, or a kind of privilege escalation.
"""

import json
import sys

from parliament import analyze_policy_string


def subjects_of(finding):
    about = finding.detail
    if not about and isinstance(finding.location, dict):
        about = finding.location.get("type") or finding.location.get("actions")
    return [str(each) for each in about] if isinstance(about, list) else [str(about or "")]


print(
    json.dumps(
        [
            {"policy": name, "issue": finding.issue, "subject": subject}
            for name, document in json.load(sys.stdin).items()
            for finding in analyze_policy_string(json.dumps(document), include_community_auditors=True).findings
            for subject in subjects_of(finding)
        ]
    )
)
