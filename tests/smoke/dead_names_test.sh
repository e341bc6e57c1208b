#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A name server that never answers: a reload whose filters name a host is refused within its time limit, and meanwhile
# metrics and status are answered and the old configuration collects.
. "$(dirname "$0")/daemon_lib.sh"
need_basics
need curl curl

make_ns box
mkdir -p "/etc/netns/$prefix-box"
trap 'code=$?; rm -rf "/etc/netns/$prefix-box"; set +e; (exit $code); clean_up' EXIT
echo 'nameserver 127.0.0.1' >"/etc/netns/$prefix-box/resolv.conf"
in_background box "$work/server.log" python3 -u -c '
import socket, time
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
print("silent")
time.sleep(120)'
wait_for "$work/server.log" silent

start_collector box loopback
sed -i 's/^resolve_timeout = .*/resolve_timeout = "4s"/' "$config"
grep -q '^resolve_timeout = "4s"' "$config" || fail "the configuration has no resolve_timeout"
same "reload" "taken over, generation 2" "$("$command" reload --config "$config")"
cat >"$work/etc/profiles.d/names.toml" <<END
[[channel]]
name = "quick"
filter = "host localhost"
[[channel]]
name = "never"
filter = "host never.example and port 80"
[[channel]]
name = "neither"
filter = "src host neither.example"
END

# answers PID: metrics and status, while the process that waits for the reload still runs.
answers() {
    in_ns box curl -sf http://127.0.0.1:9108/metrics >"$work/metrics" || fail "no metrics during a reload"
    "$command" status --config "$config" >"$work/during" || fail "no status during a reload"
    kill -0 "$1" 2>/dev/null || fail "the reload did not wait for the name server: $(cat "$work/reload.log")"
    grep -q 'generation 2' "$work/during" || fail "another generation: $(cat "$work/during")"
}
"$command" reload --config "$config" >"$work/reload.log" 2>&1 &
reload=$!
sleep 0.5
answers $reload
generate box sent -t 127.0.0.1 -p 2055 --protocol v9 --rate 5000 --for 1s
answers $reload
code=0
wait $reload || code=$?
cat "$work/reload.log"
same "exit code of the reload" 1 "$code"
for name in never neither; do
    grep -q "names.toml:.*'$name.example' was not found within the 4000 ms" "$work/reload.log" || fail "$name.example is not told"
done
wait_through "$(value records <"$work/sent.json")"

# By signal the same; the control thread goes on meanwhile.
kill -HUP "$collector"
sleep 0.5
answers $collector
for i in $(seq 100); do
    [ "$(grep -c 'reload refused' "$work/collector.log")" = 2 ] && break
    sleep 0.1
done
same "refused reloads" 2 "$(grep -c 'reload refused' "$work/collector.log")"
rm "$work/etc/profiles.d/names.toml"
same "reload without names" "taken over, generation 3" "$("$command" reload --config "$config")"
stop_collector
