#!/usr/bin/env bash
# The time of 100 000 repositories is held against that of as many lines of one: three times as long is too long.
. "$(dirname "$0")/../../lib.sh"; H=$(dirname "$0")
node "$H/make.mjs" > "$D/many.jsonl"; sed 's/org-[0-9]*/org/' "$D/many.jsonl" > "$D/one.jsonl"
took() { local from=$(date +%s%N); $ELYSIACTL index process-jsonl "$1" --collection held --target "sqlite:$2" 2> "$3" || fail "exit $?"; echo $((($(date +%s%N) - from) / 1000000)); }
one=$(took "$D/one.jsonl" "$D/one.db" "$D/err1"); many=$(took "$D/many.jsonl" "$D/many.db" "$D/err"); echo "$one ms, $many ms"
[ "$many" -lt $((one * 3 + 1000)) ] || fail "100 000 repositories took $many ms, one $one ms"
[ "$(wc -l < "$D/err")" -lt 40 ] || fail "the summary has $(wc -l < "$D/err") lines"
grep -q 'and 99990 more' "$D/err" || fail "the summary does not say how many there are"; echo ok
