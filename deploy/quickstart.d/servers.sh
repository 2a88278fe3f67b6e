# Sourced by deploy/quickstart. The demo's folder, with the PostgreSQL servers and the load.
# shellcheck shell=bash

postgres_bin=$("$source_folder/deploy/postgres-programs")
# A file in each folder of the demo, so that --stop removes no other folder.
folder_mark=.walstow-quickstart
# Each server has a name: its data is in $demo/NAME, its log in $demo/log/NAME.log. They listen only on sockets inside
# $demo, where no port can be taken. The number is just a part of the socket's name.
declare -A port_of=([primary]=5501 [standby1]=5502 [standby2]=5503)

# PostgreSQL refuses to run as root. If root runs the demo, everything in it belongs to the user postgres.
as_owner=()
if ((EUID == 0)); then
  as_owner=(setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/nonexistent)
fi

make_folder() {
  demo=$(mktemp -d /tmp/walstow-quickstart.XXXXXX)
  if ((EUID == 0)); then chown postgres: "$demo"; fi
  cd "$demo"
  owned touch "$folder_mark"
  owned mkdir bin log socket
  install -m 755 "$source_folder"/build/release/bin/{walstow,walstowd,walstow-archive,walstow-restore} bin
}

# owned COMMAND...: runs it as the user of the servers.
owned() { "${as_owner[@]}" "$@"; }

# query SERVER SQL: prints the bare values.
query() {
  owned "$postgres_bin/psql" -X -At -v ON_ERROR_STOP=1 -h "$demo/socket" -p "${port_of[$1]}" -U postgres -d postgres \
    -c "$2"
}

start_server() {
  owned "$postgres_bin/pg_ctl" start --silent --wait -D "$demo/$1" -l "$demo/log/$1.log" \
    -o "-p ${port_of[$1]}" >/dev/null || server_failed "$1" "$1 did not start"
  # pg_ctl does not wait until a standby accepts queries.
  wait_until 300 "$1 starts" owned "$postgres_bin/pg_isready" -h "$demo/socket" -p "${port_of[$1]}"
}

stop_server() {
  owned "$postgres_bin/pg_ctl" stop --silent --wait --mode fast -D "$demo/$1" >/dev/null
}

server_failed() {
  tail -n 20 "$demo/log/$1.log" >&2
  die "$2" "The server's log is $demo/log/$1.log."
}

# start_load: runs pgbench on the primary until stop_load.
start_load() {
  "${as_owner[@]}" "$postgres_bin/pgbench" -h "$demo/socket" -p "${port_of[primary]}" -U postgres \
    -n -c 4 -j 2 -T 3600 postgres >"$demo/log/pgbench.log" 2>&1 </dev/null &
  load=$!
}

stop_load() {
  [[ -n ${load:-} ]] || return 0
  kill "$load" 2>/dev/null || true
  wait "$load" 2>/dev/null || true
  load=
}

# wait_until SECONDS WHAT COMMAND...: polls, and shows the command's last line of output meanwhile.
wait_until() {
  local deadline=$((SECONDS + $1)) what=$2 seen
  shift 2
  until seen=$("$@"); do
    [[ ! -t 1 ]] || printf '\r\e[K%s: %s' "$what" "$seen"
    ((SECONDS < deadline)) || die "$what: not within the time allowed (last seen: $seen)" \
      "The servers' logs are in $demo/log."
    sleep 0.2
  done
  [[ ! -t 1 ]] || printf '\r\e[K'
}

stop_servers() {
  local server
  for server in "${!port_of[@]}"; do
    [[ ! -f $demo/$server/postmaster.pid ]] || stop_server "$server" || true
  done
}

at_exit() {
  local status=$?
  trap - EXIT
  stop_load
  if ((status == 0)) && [[ $keep == yes ]]; then exit 0; fi
  stop_servers
  stop_daemon
  stop_gateway
  if ((status == 0)); then
    cd / && rm -rf "$demo"
  else
    printf 'The servers are stopped; their folder is left for a look: %s\n' "$demo" >&2
  fi
  exit "$status"
}

stop_and_remove() {
  demo=$1
  [[ -f $demo/$folder_mark ]] || die "\"$demo\" is not a folder of deploy/quickstart --keep"
  demo=$(cd "$demo" && pwd)
  stop_servers
  stop_daemon
  stop_gateway
  rm -rf "$demo"
  printf 'stopped and removed %s\n' "$demo"
}
