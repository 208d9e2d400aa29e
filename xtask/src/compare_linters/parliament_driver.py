# Runs parliament on each file of a folder, with its community auditors where a second argument asks
# for them; a crash on one file does not stop the others.
import pathlib, sys
import parliament
community = sys.argv[2:] == ["community"]
found = crashed = 0
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.json")):
    try:
        policy = parliament.analyze_policy_string(
            path.read_text(), str(path), include_community_auditors=community
        )
        found += len(policy.findings)
    except Exception:
        crashed += 1
print(f"{found} findings, {crashed} crashes")
