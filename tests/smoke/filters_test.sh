#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The filter language in the running collector: channels that ask for flags, AS, sizes, nets, names, payload and sources,
# fed by the generator, softflowd and pmacct, hold what the exports add up to. A reload brings other filters; a wrong one,
# or a wrong included file, changes nothing and is told with line, column and a caret.
. "$(dirname "$0")/daemon_lib.sh"
need_basics
need softflowd softflowd
need pmacctd pmacct

make_ns box
in_ns box ip addr add 172.16.17.18/32 dev lo
in_ns box ip addr add 172.16.17.19/32 dev lo
make_traffic box "$work/traffic.pcap"

write_config loopback
profiles=$work/etc/profiles.d
python3 "$smoke/filters.py" profile asked >"$profiles/asked.toml"
python3 "$smoke/filters.py" web >"$profiles/web.filter"
"$command" filter check --config "$config"
launch box
start_capture box lo "$work/first.pcap"

probe() {
    {
        echo "daemonize: false"
        echo "pcap_savefile: $work/traffic.pcap"
        echo "pcap_savefile_replay: 3"
        echo "plugins: sfprobe[p]"
        echo "sfprobe_receiver[p]: 127.0.0.1:6343"
        echo "sfprobe_agentip[p]: 127.0.0.1"
        echo "sampling_rate[p]: 2"
    } >"$work/pmacct.conf"
    in_ns box timeout -s INT -k 5 20 pmacctd -f "$work/pmacct.conf" >"$work/pmacct.log" 2>&1 || true
}
probe &
probing=$!
generate box peer1 -t 127.0.0.1 -p 9996 --protocol v9 --rate 5000 --count 6000 --source 172.16.17.18 --seed 5 --ipv6 0.3
generate box peer2 -t 127.0.0.1 -p 9996 --protocol ipfix --rate 5000 --count 6000 --source 172.16.17.19 --seed 6 --sampling 10
generate box v5 -t 127.0.0.1 -p 2055 --protocol v5 --rate 5000 --count 4000 --seed 7
in_ns box python3 "$smoke/filters.py" named 127.0.0.1 4739 600
for version in 9:2055 10:4739; do
    in_ns box timeout -k 1 20 softflowd -r "$work/traffic.pcap" -n "127.0.0.1:${version#*:}" -v "${version%:*}" -6 -d \
        >"$work/softflowd.log" 2>&1 || fail "softflowd -v ${version%:*} did not end by itself"
done
wait $probing
sleep 0.5
stop_capture
flows=$(python3 "$smoke/filters.py" count "$work/first.pcap")
wait_through "$flows"

# refused WHAT WORDS...: a reload is refused with these words, and nothing changes.
refused() {
    local what=$1 word code=0
    shift
    "$command" reload --config "$config" >"$work/reload.log" 2>&1 || code=$?
    [ "$code" = 1 ] || fail "$what: reload ended with $code"
    for word in "$@"; do
        grep -qF -- "$word" "$work/reload.log" || {
            cat "$work/reload.log"
            fail "$what: the reload does not say: $word"
        }
    done
    "$command" check-config "$config" >"$work/check.log" 2>&1 && fail "$what: check-config found nothing"
    grep -qF -- "$1" "$work/check.log" || fail "$what: check-config does not say: $1"
    echo "$what: refused, line and column told"
}
cp "$profiles/asked.toml" "$work/asked.toml"
sed -i 's/^flags S and not flags A/flags S and not flags Q/' "$profiles/asked.toml"
line=$(grep -n 'not flags Q' "$profiles/asked.toml" | cut -d: -f1)
refused "wrong filter" "asked.toml:$line:23:" "    flags S and not flags Q" "                          ^"
cp "$work/asked.toml" "$profiles/asked.toml"
sed -i 's/^port in/prt in/' "$profiles/web.filter"
refused "wrong included file" "web.filter:3:1:" "    prt in [80 443 8080]" "    ^^^"
sed -i 's/^prt in/port in/' "$profiles/web.filter"
same "generation after two refused reloads" 1 "$("$command" status -o json --config "$config" | value config.generation)"

# Other filters, by SIGHUP; those that stay go on.
python3 "$smoke/filters.py" profile later >"$profiles/later.toml"
kill -HUP "$collector"
for _ in $(seq 100); do
    generation=$("$command" status -o json --config "$config" | value config.generation)
    [ "$generation" = 2 ] && break
    sleep 0.1
done
same "generation after SIGHUP" 2 "$generation"
start_capture box lo "$work/second.pcap"
generate box again1 -t 127.0.0.1 -p 9996 --protocol v9 --rate 5000 --count 3000 --source 172.16.17.18 --seed 8
generate box again2 -t 127.0.0.1 -p 9996 --protocol ipfix --rate 5000 --count 3000 --source 172.16.17.19 --seed 9 --sampling 10
stop_capture
wait_through $((flows + 6000))
"$command" status --config "$config" | grep '^filters '
stop_collector
python3 "$smoke/filters.py" check "$command" "$data" "asked=$work/first.pcap,$work/second.pcap" "later=$work/second.pcap"
