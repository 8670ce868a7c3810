#!/usr/bin/env bash
# What a gateway says of a rate, an abort or its own load (gRPC 8, 10, RST_STREAM 11) is repeated; a size is not.
. "$(dirname "$0")/../../lib.sh"; HERE=$(cd "$(dirname "$0")" && pwd)
[ -n "${WEAVIATE:-}" ] || { echo "WEAVIATE names no server"; exit 77; }
REST=${WEAVIATE%%\?*}; GRPC=${WEAVIATE##*grpc=}; [ "$GRPC" != "$WEAVIATE" ] || GRPC=127.0.0.1:50051
PROXY_PORT=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
node -e 'for (let n = 0; n < 3000; n++) console.log(JSON.stringify({repo:"r",op:"add",path:`f/${n}`,content:`content ${n}`}))' >"$D/in.jsonl"
for mode in 'grpc=8,rate limit exceeded' 'grpc=10,aborted' 'rst=11' 'grpc=8,grpc: received message larger than max (9 vs. 8)'; do
  node "$HERE/grpcproxy.mjs" "127.0.0.1:$PROXY_PORT" "${GRPC##*:}" "$mode" 3 2 2>"$D/proxy" & PROXY=$!
  for _ in $(seq 100); do grep -q listening "$D/proxy" && break; sleep .1; done
  name="Later$RANDOM$RANDOM"
  $ELYSIACTL index process-jsonl "$D/in.jsonl" --collection "$name" --target "$REST?grpc=127.0.0.1:$PROXY_PORT" --batch-size 300 --retry-for 60s --json >"$D/report" 2>"$D/err"; code=$?
  kill $PROXY; wait $PROXY 2>/dev/null
  $ELYSIACTL col rm "$name" --yes --target "$WEAVIATE" >/dev/null 2>&1
  [ $code -eq 0 ] || { tail -3 "$D/err"; fail "$mode: exit $code"; }
  same "$mode: written" 3000 "$(num "$D/report" written)"
  grep -q 'injected 2' "$D/proxy" || fail "$mode: the proxy struck nothing: $(tail -1 "$D/proxy")"
  case $mode in *larger*) same "$mode: retries" 0 "$(num "$D/report" retries)" ;; *) [ "$(num "$D/report" retries)" -gt 0 ] || fail "$mode: nothing was repeated" ;; esac
done
echo ok
