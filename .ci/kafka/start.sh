#!/usr/bin/env bash
# Starts Apache Kafka in KRaft mode on loopback, 1 or 3 brokers, from its own
# jars by Maven, waits until all brokers are in the cluster, and prints the
# broker list (host:port,...) as its only line of standard output.
#
#   FUDAI_KAFKA_DIR=/tmp/kafka .ci/kafka/start.sh 3
#   FUDAI_KAFKA_DIR=/tmp/kafka .ci/kafka/stop.sh
#
# FUDAI_KAFKA_DIR   (required) holds jars, data, logs and process ids
# FUDAI_KAFKA_PORT  first port; broker i uses +2i and +2i+1. Without it, ports from
#                   5500 to 5999 that nobody listens on
# FUDAI_KAFKA_HEAP  heap of each broker, default 512m
#
# Data of an earlier start in the same directory is removed; the jars stay.
set -euo pipefail

brokers=${1:-1}
case $brokers in 1|3) ;; *) echo "usage: $0 1|3" >&2; exit 2 ;; esac
dir=${FUDAI_KAFKA_DIR:?name a directory for jars and data}
port=${FUDAI_KAFKA_PORT:-}
heap=${FUDAI_KAFKA_HEAP:-512m}
here=$(cd "$(dirname "$0")" && pwd)

# Ports below 10000: above, a free one may be taken by an outgoing connection
# between looking and binding. Those of the development broker begin at 6100.
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
for ((tries = 0; tries < 50 && ${#port} == 0; tries++)); do
  port=$((5500 + RANDOM % 62 * 8))
  for ((i = 0; i < 2 * brokers; i++)); do
    if listening $((port + i)); then port=; break; fi
  done
done
if [ -z "$port" ]; then
  echo "start.sh: no free ports from 5500 to 5999" >&2
  exit 2
fi
if ((port + 2 * brokers > 9999)); then
  echo "start.sh: ports from $port do not stay below 10000" >&2
  exit 2
fi
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
"$here/stop.sh" 2>/dev/null
rm -rf "$dir/data" "$dir/log"
mkdir -p "$dir/data" "$dir/log"

if ! cmp -s "$here/pom.xml" "$dir/libs/pom.xml"; then
  rm -rf "$dir/libs"
  for again in 5 30 0; do # seconds; the network may fail once or twice
    mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies \
      -DincludeScope=runtime -DoutputDirectory="$dir/libs" >&2 && break
    ((again)) || exit 1
    sleep "$again"
  done
  cp "$here/pom.xml" "$dir/libs/pom.xml"
fi
cp "$here/log4j2.properties" "$dir/log4j2.properties"

voters= list=
for ((i = 0; i < brokers; i++)); do
  voters+="${voters:+,}$((i + 1))@127.0.0.1:$((port + 2 * i + 1))"
  list+="${list:+,}127.0.0.1:$((port + 2 * i))"
done
isr=$((brokers > 1 ? 2 : 1))

# The first compiler alone and the plainest collector: three brokers on two
# cores, for some minutes, lose more to compiling well and to collecting beside
# than they win by it (acknowledgements were seven times slower).
jvm=(java -Xms"$heap" -Xmx"$heap" -XX:+UseSerialGC -XX:TieredStopAtLevel=1
  -Dlog4j2.configurationFile="$dir/log4j2.properties" -cp "$dir/libs/*")
tool=(java -Xmx128m -Dlog4j2.configurationFile="$dir/log4j2.properties" -cp "$dir/libs/*")

cluster=$("${tool[@]}" kafka.tools.StorageTool random-uuid | tail -n 1)
for ((i = 0; i < brokers; i++)); do
  id=$((i + 1))
  cat >"$dir/data/$id.properties" <<EOF
process.roles=broker,controller
node.id=$id
controller.quorum.voters=$voters
listeners=PLAINTEXT://127.0.0.1:$((port + 2 * i)),CONTROLLER://127.0.0.1:$((port + 2 * i + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$((port + 2 * i))
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=$dir/data/$id
auto.create.topics.enable=false
default.replication.factor=$brokers
min.insync.replicas=$isr
unclean.leader.election.enable=false
offsets.topic.replication.factor=$brokers
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=$brokers
transaction.state.log.num.partitions=4
transaction.state.log.min.isr=$isr
share.coordinator.state.topic.replication.factor=$brokers
share.coordinator.state.topic.min.isr=$isr
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
replica.lag.time.max.ms=10000
broker.session.timeout.ms=6000
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
log.cleaner.threads=1
EOF
  "${tool[@]}" kafka.tools.StorageTool format -t "$cluster" \
    -c "$dir/data/$id.properties" --ignore-formatted >"$dir/log/format-$id.log" 2>&1 ||
    { cat "$dir/log/format-$id.log" >&2; exit 1; }
  nohup "${jvm[@]}" kafka.Kafka "$dir/data/$id.properties" >"$dir/log/broker-$id.log" 2>&1 </dev/null &
  echo $! >"$dir/broker-$id.pid"
done

# Ready: every broker says that it has unfenced itself and runs.
for ((tries = 0; tries < 1500; tries++)); do
  up=0
  for ((i = 1; i <= brokers; i++)); do
    if ! kill -0 "$(cat "$dir/broker-$i.pid")" 2>/dev/null; then
      echo "start.sh: broker $i ended; the end of its log:" >&2
      tail -n 30 "$dir/log/broker-$i.log" >&2
      "$here/stop.sh"
      exit 1
    fi
    grep -q "Kafka Server started" "$dir/log/broker-$i.log" 2>/dev/null && up=$((up + 1))
  done
  if ((up == brokers)); then
    echo "$list"
    exit 0
  fi
  sleep 0.2
done
echo "start.sh: not ready within 300 s; logs are in $dir/log" >&2
"$here/stop.sh"
exit 1
