#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Random filters mean the same to Debian's nfdump and to us: same flows to both, same records out. Loopback only.
. "$(dirname "$0")/lib.sh"
need nfcapd nfdump
need nfdump nfdump
need python3 python3
answers=$build/tests/filters/filter_answers
[ -x "$answers" ] || skip "$answers is not built"

for seed in 1 2; do
    mkdir "$work/$seed"
    python3 "$smoke/nfdump_filters.py" "$answers" "$work/$seed" --seed "$seed" --filters 300 --seconds 15
done
