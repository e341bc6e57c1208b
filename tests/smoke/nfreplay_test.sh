#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Moving from nfdump: nfreplay sends what nfcapd kept to the daemon, and queries answer what nfdump answers of the original.
. "$(dirname "$0")/archive_lib.sh"
need_basics
need nfcapd nfdump
need nfreplay nfdump

make_ns old
make_ns box
mkdir "$work/nfcapd"
in_background old "$work/nfcapd.log" nfcapd -w "$work/nfcapd" -p 9995 -b 127.0.0.1 -t 86400 -B 4000000
nfcapd=$child
wait_for "$work/nfcapd.log" Startup
generate old flows -t 127.0.0.1 -p 9995 --protocol v9 --model realistic --rate 20000 --count 60000 --exporters 3 --seed 4
sleep 0.5
kill "$nfcapd"
wait "$nfcapd" || true
same "in nfcapd's file" 60000 "$(nfdump -R "$work/nfcapd" -I | sed -n 's/^Flows: //p')"

start_collector box loopback
for file in "$work"/nfcapd/nfcapd.2*; do
    in_ns box nfreplay -r "$file" -H 127.0.0.1 -p 2055 -v 9 -d 200
done
wait_archived 60000
stop_collector
wrong=0
question() {
    nfdump -R "$work/nfcapd" "$@" | grep -vE '^(Time window|Total flows processed|Sys|Coverage):' >"$work/theirs"
    ask "$@" | grep -vE '^(Time window|Total flows processed|Sys|Coverage):' >"$work/ours"
    if cmp -s "$work/theirs" "$work/ours" || [ "$(sort "$work/theirs" | md5sum)" = "$(sort "$work/ours" | md5sum)" ]; then
        echo "equal: $*"
    else
        echo "DIFFERENT: $*"
        diff "$work/theirs" "$work/ours" | sed -n 1,6p
        wrong=1
    fi
}
question -N -o null
question -o line 'proto tcp and dst port 443'
question -N -o extended 'port 53'
question -N -o line -s srcip/bytes -n 20
question -N -o line -s dstport:p/flows -n 10
question -N -A srcip4/24,dstport -O bytes -n 20
question -o long -c 200 'proto udp'
question -o fmt:%ts_%td_%sa_%sp_%da_%dp_%in_%out_%sas_%das_%smk_%dmk_%nh_%dir_%tos
exit $wrong
