#!/usr/bin/env bash
. "$(dirname "$0")/../../lib.sh"
command -v timeout >/dev/null || exit 77
echo '{"repo":"r","op":"add","path":"a","content":"1"}' >"$D/changes.jsonl"
# clear CODES WORDS ENV…: one error with a hint, and neither a stack nor a hang
clear() {
  local codes=$1 words=$2; shift 2
  env "$@" timeout 60 $ELYSIACTL index process-jsonl "$D/changes.jsonl" --collection held --target "$T" 2>"$D/said"
  local code=$?
  case " $codes " in *" $code "*) ;; *) fail "$*: exit $code: $(tail -2 "$D/said")" ;; esac
  same "errors with $*" 1 "$(grep -c '^error' "$D/said")"
  grep -q '^hint: ' "$D/said" || fail "$*: no hint"
  grep -q "$words" "$D/said" || fail "$*: $(tail -2 "$D/said")"
  ! grep -q '^    at ' "$D/said" || fail "$*: a stack"
}
: >"$D/file"
ln -s "$D/not-mounted/yet" "$D/link"
clear 1 "$D/file" XDG_STATE_HOME="$D/file"
clear 1 "$D/link" XDG_STATE_HOME="$D/link"
clear 1 /proc/none HOME=/proc/none XDG_STATE_HOME= XDG_DATA_HOME= XDG_CACHE_HOME=
clear 2 'set HOME' HOME= XDG_STATE_HOME= XDG_DATA_HOME= XDG_CACHE_HOME=
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  mkdir -p "$D/state/elysiactl/locks" "$D/free"
  chmod 755 "$D" "$D/state"; chmod 555 "$D/state/elysiactl" "$D/state/elysiactl/locks"; chmod 777 "$D/free"
  T="sqlite:$D/free/store.db"
  ELYSIACTL="setpriv --reuid=12345 --regid=12345 --clear-groups $ELYSIACTL"
  touch "$D/said"; clear 1 "$D/state/elysiactl/locks" HOME=/nonexistent
fi
echo ok
