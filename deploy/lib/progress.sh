# Sourced by the project's scripts. Prints headlines and errors, and runs long commands with a log and visible progress.
# shellcheck shell=bash

headline() { printf '\n== %s\n' "$*"; }

# die MESSAGE [HINT]
die() {
  printf 'error: %s\n' "$1" >&2
  if [[ -n ${2:-} ]]; then printf 'HINT: %s\n' "$2" >&2; fi
  exit 1
}

# logged TITLE LOG COMMAND...: writes the command's output to LOG, and shows its last line meanwhile: in place on a
# terminal, twice a minute elsewhere. Returns the command's status. After a failure it shows the end of LOG.
logged() {
  local title=$1 log=$2 begun=$SECONDS status=0 viewer
  shift 2
  mkdir -p "$(dirname "$log")"
  : >"$log"
  [[ -t 1 ]] || printf '%s (log: %s)\n' "$title" "$log"
  watch_log "$title" "$log" &
  viewer=$!
  # In the foreground, so that Ctrl-C reaches the command: bash lets background jobs ignore it.
  "$@" </dev/null >"$log" 2>&1 || status=$?
  kill "$viewer" 2>/dev/null || true
  wait "$viewer" 2>/dev/null || true
  [[ ! -t 1 ]] || printf '\r\e[K'
  if ((status == 0)); then
    printf '%s: done in %d s\n' "$title" $((SECONDS - begun))
  else
    tail -n 40 "$log" >&2
    printf 'error: %s: failed with status %d; the whole log is %s\n' "$title" "$status" "$log" >&2
  fi
  return "$status"
}

# The viewer of logged. It ends when it is killed, or within a second after the script has ended.
watch_log() {
  local begun=$SECONDS seconds shown=0 last
  while sleep 1 && kill -0 $$ 2>/dev/null; do
    seconds=$((SECONDS - begun))
    if [[ ! -t 1 ]] && ((seconds < shown + 30)); then continue; fi
    shown=$seconds
    last=$(tail -c 300 "$2" | tr '\r' '\n' | awk 'NF { last = $0 } END { print substr(last, 1, 70) }')
    if [[ -t 1 ]]; then
      printf '\r\e[K%s: %d s  %s' "$1" "$seconds" "$last"
    else
      printf '%s: %d s  %s\n' "$1" "$seconds" "$last"
    fi
  done
}
