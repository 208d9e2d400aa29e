# Runs parliament on each file of a folder; a crash on one file does not stop the others.
import pathlib, sys
import parliament
found = crashed = 0
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.json")):
    try:
        found += len(parliament.analyze_policy_string(path.read_text(), str(path)).findings)
    except Exception:
        crashed += 1
print(f"{found} findings, {crashed} crashes")
