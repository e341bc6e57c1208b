#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Random questions get the same answers from Debian's nfdump and from us, about the same flows. Loopback only.
# More of them: tests/query_answers/random_questions.py
. "$(dirname "$0")/../smoke/daemon_lib.sh"
need nfcapd nfdump
need nfdump nfdump
need python3 python3
for program in "$daemon" "$command"; do
    [ -x "$program" ] || skip "$program is not built"
done
write_config loopback
# What a record lacks is 0 to 1.7.1.
sed -i 's/^missing_fields = .*/missing_fields = "zero"/' "$config"
for seed in 1 2; do
    mkdir "$work/$seed"
    python3 "$(dirname "$0")/random_questions.py" "$daemon" "$command" "$config" "$work/$seed" --seed "$seed" --questions 200 --seconds 25
done
