#!/usr/bin/env bash
# A server holds the int 1306415010221662208 (a double keeps it exactly; the server takes it over REST and gRPC). Backup passes; restore must bring the object back.
. "$(dirname "$0")/../common.sh"; needs_server
api DELETE schema/CaseBigSrv; api DELETE schema/CaseBigSrv2
api POST schema '{"class":"CaseBigSrv","vectorizer":"none","properties":[{"name":"n","dataType":["int"]}]}' >/dev/null
api POST objects '{"class":"CaseBigSrv","id":"00000001-0000-4000-8000-000000000001","properties":{"n":1306415010221662208}}' >/dev/null
el col backup CaseBigSrv --to $T/a --target "$WV" -q || exit 2
el col restore $T/a --name CaseBigSrv2 --target "$WV" --rejects $T/r.jsonl; rc=$?
cat $T/r.jsonl 2>/dev/null
api DELETE schema/CaseBigSrv; api DELETE schema/CaseBigSrv2
[ $rc = 0 ] || fault "a backup that passed (exit 0) cannot be restored to the very server it came from: exit $rc"
