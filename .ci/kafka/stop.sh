#!/usr/bin/env bash
# Stops the brokers that start.sh started in FUDAI_KAFKA_DIR, by their process
# ids: SIGTERM, and SIGKILL after 15 s. Data and jars stay.
set -euo pipefail

dir=${FUDAI_KAFKA_DIR:?name the directory that start.sh was given}
[ -d "$dir" ] || exit 0
dir=$(cd "$dir" && pwd)
shopt -s nullglob

# ours: the id may have passed to another process since.
ours() { { tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null | grep -q "kafka.Kafka $dir/data/"; }

pids=()
for f in "$dir"/broker-*.pid; do
  pid=$(cat "$f")
  if ours "$pid"; then
    kill -TERM "$pid" 2>/dev/null || true
    kill -CONT "$pid" 2>/dev/null || true # a test may have stopped it
    pids+=("$pid")
  fi
  rm -f "$f"
done
for ((tries = 0; tries < 75; tries++)); do
  left=0
  for pid in "${pids[@]}"; do ours "$pid" && left=1; done
  ((left)) || exit 0
  sleep 0.2
done
for pid in "${pids[@]}"; do ours "$pid" && kill -KILL "$pid" 2>/dev/null; done
exit 0
