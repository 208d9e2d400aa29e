# Runs a command and tells its last line of output, its exit code, the seconds of CPU that it and
# its children took, and its peak memory in KiB (Linux).
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
last = (done.stdout.decode("utf-8", "replace").strip().splitlines() or [""])[-1]
print(done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss, last[:80], sep="\t")
