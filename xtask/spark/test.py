"""Spreads the analysis of an account over the workers of Spark, as docs/snapshots.md tells."""

import json
import os
import subprocess
import sys

from pyspark.sql import SparkSession

KEYAKI = os.environ["KEYAKI"]
SNAPSHOTS = ["roles", "outsiders", "organization-and-partner", "unused"]
# The analyses that a run spread over machines leaves to a run of their own.
WHOLE = {"escalation", "internal"}


def keyaki(snapshot, *words):
    command = [KEYAKI, "analyze", snapshot, "--now", "2026-11-01T00:00:00Z", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 2:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def one_run(snapshot):
    told = json.loads(keyaki(snapshot, "--format", "json"))
    return sorted(f["id"] for f in told["findings"] if f["kind"] not in WHOLE)


def spread(spark, snapshot):
    items = keyaki(snapshot, "--work-items").splitlines()
    lines = spark.sparkContext.parallelize(items, 4)
    command = f"{KEYAKI} analyze {snapshot} --now 2026-11-01T00:00:00Z --stream"
    # Through a shell: 0, 1 and 3 tell what was found, 2 that a line was bad.
    found = lines.pipe(f"sh -c '{command} || test $? -ne 2'", checkCode=True).collect()
    answers = [json.loads(line) for line in found]
    if len(answers) != len(items):
        sys.exit(f"{snapshot}: {len(items)} items, {len(answers)} answers")
    findings = [f for answer in answers for f in answer["findings"]]
    # One run tells once what everybody has; alone, `external` tells it beside `public`.
    public = {(f["resource"], f["principal"]) for f in findings if f["kind"] == "public"}
    return sorted(
        f["id"]
        for f in findings
        if f["kind"] != "external" or (f["resource"], f["principal"]) not in public
    )


def main():
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    settings = {"spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false"}
    builder = SparkSession.builder.master("local[2]").appName("keyaki").config(map=settings)
    spark = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        for name in SNAPSHOTS:
            snapshot = f"testdata/accounts/{name}/snapshot"
            whole, parts = one_run(snapshot), spread(spark, snapshot)
            if not whole or whole != parts:
                sys.exit(f"{name}: one run finds {whole}, the workers find {parts}")
            print(f"{name}: {len(parts)} findings, as in one run")
    finally:
        spark.stop()


main()
