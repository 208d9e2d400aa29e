# Asks cloudsplaining all its questions about each file of a folder; a crash on one file does not
# stop the others.
import json, pathlib, sys
from cloudsplaining.scan.policy_document import PolicyDocument
found = crashed = 0
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.json")):
    try:
        policy = PolicyDocument(json.loads(path.read_text()))
        lists = [
            policy.allows_privilege_escalation,
            policy.allows_data_exfiltration_actions,
            policy.permissions_management_without_constraints,
            policy.credentials_exposure,
            policy.infrastructure_modification,
            policy.service_wildcard,
        ]
        found += sum(bool(answers) for answers in lists)
    except Exception:
        crashed += 1
print(f"{found} findings, {crashed} crashes")
