#!/usr/bin/env bash
. "$(dirname "$0")/../../lib.sh"; mkfifo "$D/p"; mkdir "$D/s"; S="$D/s/del.db"
lines() { for i in $(seq "$1" "$2"); do printf '{"repo":"r","op":"add","path":"f%s","content":"x"}\n' "$i"; done; }
( lines 1 300; while [ ! -e "$D/go" ]; do sleep 0.1; done; lines 301 600 ) > "$D/p" &
$ELYSIACTL index sync --stdin --collection held --target "sqlite:$S" --json < "$D/p" > "$D/r.json" 2> "$D/err" & P=$!
for i in $(seq 1 150); do
  $ELYSIACTL index status --target "sqlite:$S" --json 2> /dev/null | grep -q '"written":300' && break; sleep 0.2
done
rm "$D"/s/del.db*; touch "$D/go"; wait $P; code=$?
same "exit code" 1 "$code"; same status failed "$(num "$D/r.json" status)"; same error ELYSIA_STORE "$(num "$D/r.json" error.code)"; echo ok
