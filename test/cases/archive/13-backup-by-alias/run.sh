#!/usr/bin/env bash
# Applications know the alias of a collection (weaviate#2085). `col backup ALIAS`: expected is the collection, or an error that says it is an alias of CaseAliased.
. "$(dirname "$0")/../common.sh"; needs_server
[ "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/v1/aliases")" = 200 ] || { echo "SKIP: a server without aliases, which came with 1.32"; exit 77; }
api DELETE aliases/CaseAliasName; api DELETE schema/CaseAliased
api POST objects '{"class":"CaseAliased","id":"00000001-0000-4000-8000-000000000001","properties":{"t":"x"}}' >/dev/null
api POST aliases '{"alias":"CaseAliasName","class":"CaseAliased"}' >/dev/null
out=$(el col backup CaseAliasName --to $T/a --target "$WV" 2>&1); rc=$?; echo "$out"
api DELETE aliases/CaseAliasName; api DELETE schema/CaseAliased
[ $rc = 0 ] || [[ $out == *"alias"* ]] || fault "exit $rc, and no word of the alias"
