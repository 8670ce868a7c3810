#!/usr/bin/env bash
# A server that is ended in the middle of a run and started again is waited for; so is one that a run begins before.
. "$(dirname "$0")/../../lib.sh"; . "$(dirname "$0")/../../server.sh"
node -e 'for (let n = 0; n < 8000; n++) console.log(JSON.stringify({repo:"r",op:"add",path:`f/${n}`,content:`content ${n}`}))' >"$D/in.jsonl"
count() { $ELYSIACTL col ls --target "$WV" --json | node -e 'const all=JSON.parse(require("fs").readFileSync(0,"utf8"));console.log((all.collections??all).find((one)=>one.name===process.argv[1])?.objects)' "$1"; }
start_server; wait_ready
for round in TERM KILL TERM KILL; do
  name="Run$round$RANDOM"
  $ELYSIACTL index process-jsonl "$D/in.jsonl" --collection "$name" --target "$WV" --batch-size 50 --retry-for 120s --json >"$D/report" 2>"$D/err" & RUN=$!
  # Until some of it is there.
  for _ in $(seq 200); do [ "$(curl -s "http://127.0.0.1:$P/v1/nodes?output=verbose" | grep -c "\"$name\"")" -gt 0 ] && break; sleep .1; done; sleep "0.$((RANDOM % 9))"
  end_server "$round"; sleep "0.$((RANDOM % 5))"; start_server
  wait $RUN; code=$?
  [ $code -eq 0 ] || { tail -5 "$D/err"; fail "SIG$round: exit $code"; }
  same "SIG$round: objects" 8000 "$(count "$name")"
  echo "SIG$round: $(num "$D/report" retries) retries"
done
# A run that begins while the server does.
end_server TERM; start_server
head -500 "$D/in.jsonl" | $ELYSIACTL index sync --stdin --collection "$name" --target "$WV" --retry-for 120s --json >"$D/report" 2>"$D/err"; code=$?
[ $code -eq 0 ] || { tail -5 "$D/err"; fail "a run that begins before the server: exit $code"; }
[ "$(num "$D/report" unchanged)" = 500 ] || cat "$D/report" "$D/err"
same 'unchanged' 500 "$(num "$D/report" unchanged)"
# What truly is not there is told at once.
SECONDS=0; $ELYSIACTL col show Nobody --target "$WV" >/dev/null 2>&1; same 'a collection that is not there' 10 $?
[ $SECONDS -lt 15 ] || fail "it took $SECONDS s"
echo ok
