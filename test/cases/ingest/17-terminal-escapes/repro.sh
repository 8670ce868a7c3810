#!/usr/bin/env bash
# Names, commits and lines of a producer that hold escapes: no control character but line feeds reaches either stream.
. "$(dirname "$0")/../../lib.sh"
here=$(dirname "$0")
clean() { LC_ALL=C grep -q '[[:cntrl:]]' <(tr -d '\n' <"$1") && fail "$2 prints a control character: $(cat -v "$1" | head -3)"; return 0; }
for command in "index process-jsonl $here/esc.jsonl --collection c -v" "index status" "index validate $here/esc.jsonl" "index status --json"; do
  case $command in *validate*) target= ;; *) target="--target $T" ;; esac
  $ELYSIACTL $command $target >"$D/out" 2>"$D/err"
  clean "$D/out" "$command"
  clean "$D/err" "$command"
done
$ELYSIACTL index status --target "$T" 2>/dev/null | grep -qF '\x1b' || fail "the escape is not shown"
exit 0
