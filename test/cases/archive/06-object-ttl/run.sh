#!/usr/bin/env bash
# Object TTL with filterExpiredObjects: expired, not yet deleted objects are counted but not read. Needs a server with OBJECTS_TTL_DELETE_SCHEDULE set (WEAVIATE=…); seen on 1.40.0-dev, started with @hourly.
. "$(dirname "$0")/../common.sh"; needs_server
C=CaseTtl; api DELETE schema/$C; api DELETE schema/${C}R
S='{"class":"CaseTtl","vectorizer":"none","objectTtlConfig":{"enabled":true,"deleteOn":"expires","defaultTtl":0,"filterExpiredObjects":true},"properties":[{"name":"expires","dataType":["date"]}]}'
api POST schema "$S" | grep -q '"error"' && { echo "SKIP: server without a TTL schedule"; exit 77; }
soon=$(date -u -d '+5 seconds' +%FT%TZ); late=$(date -u -d '+1 day' +%FT%TZ)
for i in 1 2 3 4; do [ $((i%2)) = 1 ] && d=$soon || d=$late; api POST objects "{\"class\":\"$C\",\"id\":\"0000000$i-0000-4000-8000-00000000000$i\",\"properties\":{\"expires\":\"$d\"},\"vector\":[1,$i]}" >/dev/null; done
el col backup $C --to $T/before --target "$WV" -q || exit 2
sleep 7; bad=0
el col backup $C --to $T/after --target "$WV" || { echo "FAULT: no backup while objects wait for their deletion (hint speaks of a replica)"; bad=1; }
el col restore $T/before --name ${C}R --target "$WV" || { echo "FAULT: the archive made before cannot be restored ('somebody else may have written to it')"; bad=1; }
api DELETE schema/$C; api DELETE schema/${C}R; exit $bad
