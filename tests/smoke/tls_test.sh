#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The console where others can reach it: TLS and a login, or no start at all; roles, cookies, limits; certificate and users
# exchanged while it runs; clients that dawdle.
. "$(dirname "$0")/daemon_lib.sh"
need_basics
need openssl openssl
need curl curl

make_ns box
make_ns desk
connect box near desk far
in_ns box ip addr add 10.9.0.1/24 dev near
in_ns desk ip addr add 10.9.0.2/24 dev far

# certificate NAME: $work/etc/NAME.crt and .key, its own authority, for the box.
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=$1" \
        -addext 'subjectAltName=IP:10.9.0.1' -keyout "$work/etc/$1.key" -out "$work/etc/$1.crt" 2>/dev/null
    chmod 0640 "$work/etc/$1.key"
}

# configure LINE...: [http] on the network, with these lines.
configure() {
    write_config loopback
    printf '%s\n' 'listen = "10.9.0.1:8443"' "$@" >"$work/etc/http"
    sed -e "/^listen = \"127.0.0.1:8080\"/{r $work/etc/http" -e 'd}' "$config" >"$work/etc/new.toml"
    mv "$work/etc/new.toml" "$config"
}

# refused TEXT: neither check-config nor the daemon takes the configuration, and both say TEXT.
refused() {
    local code=0
    "$command" check-config "$config" >"$work/said" 2>&1 && fail "check-config takes what lacks: $1"
    grep -q "$1" "$work/said" || fail "check-config does not say \"$1\": $(cat "$work/said")"
    in_ns box timeout 20 "$daemon" --config "$config" >"$work/said" 2>&1 || code=$?
    [ "$code" = 1 ] || [ "$code" = 3 ] || fail "the daemon ended with $code: $(cat "$work/said")"
    grep -q "^net-collectord: .*$1" "$work/said" || fail "the daemon does not say \"$1\": $(cat "$work/said")"
    echo "refused: $1"
}

password='right horse battery'
add_user() { printf '%s\n' "$password" | "$command" passwd "$1" --role "$2" --stdin --config "$config" >/dev/null; }
tls=("certificate = \"$work/etc/box.crt\"" "key = \"$work/etc/box.key\"")
users="users = \"$work/etc/users\""

echo "--- what is missing or faulty is refused"
mkdir -p "$work/etc"
certificate box
certificate other
configure
refused 'that needs TLS (certificate and key) and a login (users)'
configure "${tls[@]}"
refused 'that needs a login (users)'
configure "$users"
refused 'that needs TLS (certificate and key)'
configure "${tls[@]}" "$users"
refused "cannot read users file $work/etc/users"
add_user ann admin
add_user vic viewer
chmod 0644 "$work/etc/users"
refused 'may be read by others, or written by more than its owner: chmod 0640'
chmod 0640 "$work/etc/users"
configure "certificate = \"$work/etc/box.crt\"" "key = \"$work/etc/other.key\"" "$users"
refused "key $work/etc/other.key does not belong to certificate $work/etc/box.crt"
configure "certificate = \"$work/etc/box.key\"" "key = \"$work/etc/box.key\"" "$users"
refused 'is no certificate as PEM'
configure "certificate = \"$work/etc/box.crt\"" "key = \"$work/etc/box.crt\"" "$users"
refused 'key .* may be read by others'

echo "--- it runs"
configure "${tls[@]}" "$users"
"$command" check-config "$config" >/dev/null || fail "check-config refuses what is right"
launch box
in_ns desk timeout 60 python3 "$smoke/tls.py" "$work/etc/box.crt" "$password" || fail "see above"
grep -q 'audit: login of vic from 10.9.0.2.*wrong user or password' "$work/collector.log" || fail "no audit line of a wrong password"
grep -q 'audit: ann (10.9.0.2.*added profile "remote"' "$work/collector.log" || fail "no audit line of the edit"

echo "--- certificate and users exchanged"
served() { in_ns desk timeout 10 openssl s_client -connect 10.9.0.1:8443 </dev/null 2>/dev/null | grep '^subject=' || true; }
same "certificate" "subject=CN = box" "$(served)"
reloads=0
# reloaded COUNT-OF-FAULTS: SIGHUP, and wait until the status says so.
reloaded() {
    local i
    reloads=$((reloads + 1))
    kill -HUP "$collector"
    for i in $(seq 300); do
        "$command" status -o json --config "$config" >"$work/status.json" 2>/dev/null &&
            [ "$(value config.generation <"$work/status.json")" -gt "$reloads" ] &&
            [ "$(python3 -c 'import json, sys; print(len(json.load(sys.stdin)["config"]["http_faults"]))' <"$work/status.json")" = "$1" ] &&
            return
        sleep 0.1
    done
    fail "after SIGHUP there are not $1 faults of [http]: $(value config <"$work/status.json")"
}
reloads=$(($("$command" status -o json --config "$config" | value config.generation) - 1))
cp "$work/etc/other.crt" "$work/etc/box.crt"  # with the key of another
reloaded 1
same "certificate after a faulty one" "subject=CN = box" "$(served)"
grep -q 'the certificate stays as it was: key .* does not belong' "$work/collector.log" || fail "the log does not tell"
"$command" status --config "$config" | grep -q 'the certificate stays as it was' || fail "status does not tell"
curl -s --unix-socket "$data/control.sock" http://box/api/v1/problems | grep -q 'the certificate stays as it was' || fail "/problems does not tell"
"$command" check-config "$config" >/dev/null 2>&1 && fail "check-config takes a key of another certificate"
cp "$work/etc/other.key" "$work/etc/box.key"
reloaded 0
same "certificate after the right one" "subject=CN = other" "$(served)"
echo 'nonsense' >>"$work/etc/users"
"$command" reload --config "$config" >"$work/said"
grep -q 'but who may log in stays as it was: users file .* line 4' "$work/said" || fail "reload does not tell: $(cat "$work/said")"
sed -i '/nonsense/d' "$work/etc/users"
"$command" passwd vic --delete --config "$config" >/dev/null
"$command" reload --config "$config" >"$work/said"
! grep -q but "$work/said" || fail "reload tells of what is mended: $(cat "$work/said")"
in_ns desk timeout 60 python3 "$smoke/tls.py" "$work/etc/box.crt" "$password" gone || fail "see above"

echo "--- clients that dawdle"
in_ns desk timeout 110 python3 "$smoke/slow_clients.py" "$work/etc/box.crt" || fail "see above"
stop_collector
