# sourced by each run.sh: an isolated state; ELYSIACTL is the command, WEAVIATE a server (http://127.0.0.1:8080?grpc=127.0.0.1:50051)
set -u
HERE=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
export XDG_STATE_HOME=$T/state XDG_DATA_HOME=$T/data XDG_CONFIG_HOME=$T/config XDG_CACHE_HOME=$T/cache
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)   # the built checkout
PATH=$ROOT/node_modules/.bin:$PATH
EL=${ELYSIACTL:-$ROOT/bin/elysiactl.js}
WV=${WEAVIATE:-}; BASE=${WV%%\?*}
needs_server() { [ -n "$WV" ] || { echo "WEAVIATE names no server"; exit 77; }; }
el() { timeout 120 $EL "$@"; }
fault() { echo "FAULT: $*"; exit 1; }
api() { curl -s -X "$1" "$BASE/v1/$2" -H content-type:application/json ${3:+-d "$3"}; }
