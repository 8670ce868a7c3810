#!/usr/bin/env bash
# weaviate#11434: gRPC takes NaN in vector bytes. One such object of many: no backup with vectors at all, one id named a run. Needs node and weaviate-client (NODE_PATH of the product). Documented ("refused by name"), so friction: expected is a way to back up the rest (as --allow-missing-vectors) and all ids at once.
. "$(dirname "$0")/../common.sh"; needs_server
P=$ROOT; cd $T && ln -s $P/node_modules node_modules && cp "$HERE/nan.mjs" . && $P/node_modules/.bin/node nan.mjs >/dev/null || exit 77
out=$(el col backup CaseNan --to $T/a --target "$WV" 2>&1); echo "$out"
el col backup CaseNan --to $T/b --target "$WV" --allow-invalid-vectors; rc=$?; api DELETE schema/CaseNan
[ $rc = 0 ] || fault "exit $rc with --allow-invalid-vectors"
for id in 00000002-0000-4000-8000-000000000002 00000003-0000-4000-8000-000000000003; do [[ $out == *$id* ]] || fault "$id is not named"; done
el col catalog verify $T/b --level records
