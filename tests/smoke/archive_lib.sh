# SPDX-License-Identifier: Apache-2.0
# What the tests of archive and query share beyond daemon_lib.sh. Sources it.
. "$(dirname "${BASH_SOURCE[0]}")/daemon_lib.sh"
export TZ=UTC

# ask WORDS...: of the test's data directory.
ask() {
    "$command" query --data "$data" "$@"
}

# totals [FILTER]: "flows packets bytes" that a query counts.
totals() {
    ask -N -o null "$@" | sed -n 's/^Summary: total flows: \([0-9]*\), total bytes: \([0-9]*\), total packets: \([0-9]*\),.*/\1 \3 \2/p'
}

# sent NAME [PART]: "flows packets bytes" of a generator's report; PART: channels.dns, classes.tcp.
sent() {
    python3 - "$work/$1.json" "${2:-}" <<'PY'
import functools, json, sys
report = json.load(open(sys.argv[1]))
part = functools.reduce(lambda whole, key: whole[key], filter(None, sys.argv[2].split(".")), report)
print(part.get("flows", part.get("records")), part["packets"], part["bytes"])
PY
}

# wait_archived FLOWS [SECONDS]: until a query counts so many flows. Sets $waited_ms.
wait_archived() {
    local begin now have=
    begin=$(date +%s%3N)
    while :; do
        have=$(totals 2>/dev/null) || have=
        now=$(date +%s%3N)
        waited_ms=$((now - begin))
        [ "${have%% *}" = "$1" ] && return
        [ $waited_ms -lt $((${2:-10} * 1000)) ] || fail "after ${2:-10} s a query counts ${have:-nothing} of $1 flows"
        sleep 0.1
    done
}

# of_ledger PATH
of_ledger() {
    "$command" ledger -o json --data "$data" | value "$1"
}

# same_books: what the ledger says is archived is what a query counts, and it balances.
same_books() {
    same "balanced" true "$(of_ledger balanced)"
    local counted
    counted=$(totals)
    same "archived flows are those that a query counts" "$(of_ledger archive.archived)" "${counted%% *}"
}
