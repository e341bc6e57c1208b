#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run_test.sh FILE: one file of browser tests, in a network namespace of its own: a real daemon on the loopback device, flow-generator, Debian's
# Chromium. Screenshots are in tests/console/shots of the build directory. SHOW=DIRECTORY puts them there instead.
. "$(dirname "${BASH_SOURCE[0]}")/../smoke/lib.sh"
here=$top/tests/console
need_basics
need chromium chromium
need node nodejs
need npm npm
[ ! -f "$build/control/console/absent" ] || skip "the console is not built into the daemon (npm came later: scripts/build)"

# Once for all files; again when the list of packages changes.
modules=$build/tests/console
mkdir -p "$modules"
exec 9>"$modules/lock"
flock 9
if ! cmp -s "$here/package-lock.json" "$modules/node_modules/made-of.json"; then
    cp "$here/package.json" "$here/package-lock.json" "$modules/"
    (cd "$modules" && timeout 120 npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 >"$modules/npm.log" 2>&1) || {
        tail -3 "$modules/npm.log"
        skip "npm cannot get playwright-core and axe-core"
    }
    cp "$here/package-lock.json" "$modules/node_modules/made-of.json"
fi
exec 9>&-

make_ns console
write_config loopback
shots=${SHOW:-$modules/shots}
mkdir -p "$shots"
export TEST_MODULES=$modules TEST_CONFIG=$work/etc/net-collector.toml TEST_WORK=$work TEST_SHOTS=$shots
export TEST_DAEMON=$daemon TEST_COMMAND=$command TEST_GENERATOR=$generator
export HOME=$work
in_ns console node "$here/$1"
