#!/usr/bin/env bash
. "$(dirname "$0")/../../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
gzip -c <"$here/utf16.jsonl" | gzip -c >"$D/twice.gz"
# refused FILE WORDS: one error with these words, and no reject
refused() {
  $ELYSIACTL index process-jsonl "$1" --collection held --target "$T" --rejects "$D/rejects" 2>"$D/said"
  local code=$?
  case $code in 1 | 4) ;; *) fail "$1: exit $code" ;; esac
  grep -q "$2" "$D/said" || fail "$1: $(tail -2 "$D/said")"
  same "errors of $1" 1 "$(grep -c '^error' "$D/said")"
  [ ! -s "$D/rejects" ] || fail "$1: there are rejects"
}
refused "$here/a.jsonl.xz" 'compressed with xz'
refused "$here/a.jsonl.bz2" 'compressed with bzip2'
refused "$here/a.zip" 'compressed with zip'
refused "$here/utf16.jsonl" 'UTF-16'
refused "$here/dictid.zst" 'dictionary'
refused "$D/twice.gz" 'compressed twice'
$ELYSIACTL index process-jsonl "$here/trailing.jsonl.gz" --collection trailing --target "$T" --json >"$D/report" 2>"$D/said"
same "exit code with bytes behind the end" 0 $?
same "lines, as gzip -dc gives" 2000 "$(num "$D/report" lines)"
grep -q 'bytes behind the end' "$D/said" || fail "no warning of the bytes behind the end"
mkdir "$D/inbox"
cp "$here/a.jsonl.xz" "$D/inbox/a.jsonl"
timeout 60 $ELYSIACTL index watch "$D/inbox" --settle 0 --after move --collection held --target "$T" 2>"$D/said" &
watch=$!
for _ in $(seq 200); do [ -e "$D/inbox/failed/a.jsonl" ] && break; sleep 0.1; done
kill -INT $watch; wait $watch
[ -e "$D/inbox/failed/a.jsonl" ] || fail "watch did not put the file into failed/: $(tail -2 "$D/said")"
echo ok
