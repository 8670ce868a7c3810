#!/usr/bin/env bash
. "$(dirname "$0")/../../lib.sh"
command -v git >/dev/null || exit 77
root=$(cd "$(dirname "$0")/../../../.." && pwd)
export GIT_CONFIG_GLOBAL=/dev/null
git init --quiet "$D/repo"
printf 'kept\n' > "$D/repo/fine.txt"
printf 'left out\n' > "$D/repo/$(printf 'b\344d.txt')"
git -C "$D/repo" add -A
git -C "$D/repo" -c user.name=x -c user.email=x@example.org commit --quiet -m all
node "$root/fixtures/git-producer.mjs" "$D/repo" >"$D/lines" 2>"$D/said"
same "exit code of the producer" 1 $?
grep -q 'not UTF-8' "$D/said" || fail "it does not say what was left out"
grep -q '"fine.txt"' "$D/lines" || fail "the other file is missing"
$ELYSIACTL index sync --collection held --target "$T" --from-command -- node "$root/fixtures/git-producer.mjs" "$D/repo" 2>"$D/said"
same "exit code of the run" 1 $?
grep -q 'failed with exit code 1' "$D/said" || fail "the run does not name the producer's failure"
same "what came is processed" 1 "$(state Held | wc -l)"
echo ok
