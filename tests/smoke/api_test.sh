#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The API's document against the daemon that runs, and against the console's types: paths, methods, statuses, shapes.
. "$(dirname "$0")/daemon_lib.sh"
need_basics
python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"

make_ns box
start_collector box loopback
generate box v9 -t 127.0.0.1 -p 2055 --protocol v9 --rate 10000 --count 20000 --exporters 3 --seed 1
wait_through 20000
in_ns box python3 "$smoke/api.py" "$data/control.sock" "$top"
stop_collector
