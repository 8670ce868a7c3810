# A Weaviate server of our own, to be ended and started again. $WEAVIATE_BIN is its binary; without it the case is skipped.
[ -n "${WEAVIATE_BIN:-}" ] || { echo "WEAVIATE_BIN names no server's binary"; exit 77; }
# Six ports in a row that nobody listens on.
P=${WEAVIATE_PORT:-$(node -e '
const net = require("net"); const free = (p) => new Promise((r) => { const s = net.createServer().on("error", () => r(false)).listen(p, "127.0.0.1", () => s.close(() => r(true))) });
(async () => { for (;;) { const at = 20000 + Math.floor(Math.random() * 12000); const all = await Promise.all([0, 1, 2, 3, 4, 5].map((n) => free(at + n))); if (all.every(Boolean)) return console.log(at) } })()')}
WV="http://127.0.0.1:$P?grpc=127.0.0.1:$((P + 1))"
ready() { curl -sf -o /dev/null "http://127.0.0.1:$P/v1/.well-known/ready"; }
# start_server: does not wait until it is ready
start_server() {
  AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=true PERSISTENCE_DATA_PATH=$D/weaviate DEFAULT_VECTORIZER_MODULE=none ENABLE_MODULES= \
  CLUSTER_HOSTNAME=node1 CLUSTER_IN_LOCALHOST=true CLUSTER_ADVERTISE_ADDR=127.0.0.1 CLUSTER_ADVERTISE_PORT=$((P + 2)) \
  CLUSTER_GOSSIP_BIND_PORT=$((P + 2)) CLUSTER_DATA_BIND_PORT=$((P + 3)) RAFT_PORT=$((P + 4)) RAFT_INTERNAL_RPC_PORT=$((P + 5)) \
  RAFT_BOOTSTRAP_EXPECT=1 GRPC_PORT=$((P + 1)) DISABLE_TELEMETRY=true GO_PROFILING_DISABLE=true LOG_LEVEL=error \
  DISK_USE_READONLY_PERCENTAGE=99 DISK_USE_WARNING_PERCENTAGE=98 "$WEAVIATE_BIN" --scheme http --host 127.0.0.1 --port "$P" >>"$D/weaviate.log" 2>&1 &
  SERVER=$!
}
wait_ready() { for _ in $(seq 300); do ready && return; sleep .2; done; tail -3 "$D/weaviate.log" >&2; echo "the server does not become ready"; exit 77; }
# end_server SIGNAL: returns when the process is gone
end_server() { kill "-$1" "$SERVER"; wait "$SERVER" 2>/dev/null; }
trap 'kill -9 "$SERVER" 2>/dev/null; wait "$SERVER" 2>/dev/null; rm -rf "$D"' EXIT
