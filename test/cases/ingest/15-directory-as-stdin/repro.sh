#!/usr/bin/env bash
. "$(dirname "$0")/../../lib.sh"
mkdir "$D/directory"
$ELYSIACTL index sync --stdin --collection held --target "$T" <"$D/directory" 2>"$D/said"
same "exit code of sync" 1 $?
grep -q 'is a directory' "$D/said" || fail "sync does not say why: $(cat "$D/said")"
$ELYSIACTL index validate - <"$D/directory" 2>"$D/said"
same "exit code of validate" 1 $?
[ ! -e "$D/store.db" ] || fail "a store was made"
echo ok
