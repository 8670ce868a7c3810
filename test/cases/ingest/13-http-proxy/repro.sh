#!/usr/bin/env bash
# A proxy of the environment is used neither for REST nor for gRPC: one that is dead is in nobody's way, and told elsewhere.
. "$(dirname "$0")/../../lib.sh"; HERE=$(cd "$(dirname "$0")" && pwd)
unset no_proxy NO_PROXY
# An address that no route leads to: what cannot be reached says that the proxy was not used.
said=$(http_proxy=http://127.0.0.1:9 $ELYSIACTL col ls --target http://does-not-exist.invalid:8080 2>&1); code=$?
same 'unreachable' 13 $code
case $said in *'http_proxy names is not used'*) ;; *) fail "no word of the proxy: $said" ;; esac
[ -n "${WEAVIATE:-}" ] || { echo "WEAVIATE names no server"; exit 77; }
for variable in http_proxy https_proxy grpc_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY; do
  name="Px$RANDOM$RANDOM"
  env "$variable=http://127.0.0.1:9" $ELYSIACTL index process-jsonl "$HERE/px.jsonl" --collection "$name" --target "$WEAVIATE" --retry-for 3s --quiet >"$D/out" 2>&1; code=$?
  $ELYSIACTL col rm "$name" --yes --target "$WEAVIATE" >/dev/null 2>&1
  same "$variable" 0 $code
  [ ! -s "$D/out" ] || fail "$variable: it says $(head -1 "$D/out")"
done
echo ok
