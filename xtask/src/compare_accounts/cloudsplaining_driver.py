# Asks cloudsplaining about an account, and writes which ways to more permissions it sees for each
# user and role: those of each policy that they have, by themselves or by a group.
import json, pathlib, sys
from cloudsplaining.scan.authorization_details import AuthorizationDetails
results = AuthorizationDetails(json.loads(pathlib.Path(sys.argv[1]).read_text())).results
groups = {group["name"]: group for group in results["groups"].values()}
kinds = ["aws_managed_policies", "customer_managed_policies", "inline_policies"]

def ways(holder):
    own = [(kind, name) for kind in kinds for name in holder.get(kind) or {}]
    lists = [results[kind][name].get("PrivilegeEscalation") or {} for kind, name in own]
    found = {finding["type"] for some in lists for finding in some.get("findings", [])}
    for group in holder.get("groups") or {}:
        found |= ways(results["groups"].get(group) or groups[group])
    return found

holders = list(results["users"].values()) + list(results["roles"].values())
found = {holder["arn"]: sorted(ways(holder)) for holder in holders}
pathlib.Path(sys.argv[2]).write_text(json.dumps(found))
print(f"{len(found)} users and roles")
