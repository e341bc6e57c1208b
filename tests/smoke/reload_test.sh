#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 100 reloads while flows arrive: nothing is lost, a broken file changes nothing and is named with line and column.
. "$(dirname "$0")/daemon_lib.sh"
need_basics

make_ns box
start_collector box loopback
generate_in_background box steady -t 127.0.0.1 -p 2055 --protocol v5 --rate 100000 --for 22s --seed 1
steady=$child
generate_in_background box come_and_go -t 127.0.0.1 -p 2056 --protocol v5 --rate 3000 --for 22s --seed 2
come_and_go=$child
python3 "$smoke/reload.py" "$command" "$config" "$collector" "$work/collector.log"
finish "$steady"
finish "$come_and_go"
sleep 1
stop_collector
python3 "$smoke/reload.py" check "$command" "$data" "$work/steady.json" "$work/come_and_go.json"
