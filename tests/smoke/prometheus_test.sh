#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Debian's Prometheus scrapes the collector with the shipped scrape.yml and alerts.yml, and has what was sent.
. "$(dirname "$0")/daemon_lib.sh"
need_basics
need prometheus prometheus
need promtool prometheus

make_ns box
start_collector box loopback
cp "$top"/conf/prometheus/*.yml "$work/"
sed -i -e 's/_interval: .*/_interval: 1s/' "$work/scrape.yml"
grep -q 127.0.0.1:9108 "$work/scrape.yml" || fail "scrape.yml does not name the default port"
in_background box "$work/prometheus.log" prometheus --config.file="$work/scrape.yml" --storage.tsdb.path="$work/tsdb" \
    --web.listen-address=127.0.0.1:9090
wait_for "$work/prometheus.log" "Server is ready"
generate box v5 -t 127.0.0.1 -p 2055 --protocol v5 --rate 30000 --count 60000 --exporters 3 --seed 1
generate box ipfix -t 127.0.0.1 -p 4739 --protocol ipfix --rate 30000 --count 30000 --seed 2
generate box sflow -t 127.0.0.1 -p 6343 --protocol sflow --rate 10000 --count 10000 --seed 3

in_ns box python3 -c 'import sys, urllib.request
sys.stdout.buffer.write(urllib.request.urlopen("http://127.0.0.1:9108/metrics", timeout=5).read())' >"$work/metrics.txt"
promtool check metrics <"$work/metrics.txt" >"$work/promtool.log" 2>&1 || {
    cat "$work/promtool.log"
    fail "promtool does not like /metrics"
}
echo "$(grep -vc '^#' "$work/metrics.txt") samples, liked by promtool"
in_ns box python3 "$smoke/prometheus.py" sent netflow-global="$work/v5.json" ipfix-global="$work/ipfix.json" \
    sflow-global="$work/sflow.json"

printf '\n[[source]\n' >>"$config"
kill -HUP "$collector"
in_ns box python3 "$smoke/prometheus.py" alert NetCollectorReloadFailed
stop_collector
