# Sourced by deploy/quickstart. The archive, its daemon, and each server's settings to reach it (sshd.sh: over SSH).
# shellcheck shell=bash

# Every client has a folder of its own, $demo/client/NAME, in place of a host of its own.
create_archive() {
  headline "An archive, and the cluster \"main\" in it"
  local options=()
  archive=$demo/archive state=$demo/archive
  if [[ $store == s3 ]]; then
    start_gateway
    archive=s3://$s3_bucket/demo state=$demo/state
    options+=(--state "$state")
  fi
  [[ $link != tls ]] || options+=(--host localhost)
  walstow init "$archive" "${options[@]}"
  local_walstow cluster create main
  owned mkdir client
  case $link in
    tls) start_daemon ;;
    ssh) start_sshd ;;
  esac
  # Every server gets both rights, because roles change.
  local server
  for server in "${!port_of[@]}"; do add_client "$server" main archive restore; done
  add_client admin '*' admin
}

# add_client NAME CLUSTER RIGHT...: makes its settings, and its certificate (TLS) or key (SSH).
add_client() {
  local name=$1 cluster=$2 right rights=()
  shift 2
  if [[ $link == local ]]; then
    owned mkdir "client/$name"
    [[ $cluster == '*' ]] || printf 'cluster = "%s"\n' "$cluster" | owned tee "client/$name/walstow.toml" >/dev/null
    printf 'store = "%s"\n' "$archive" | owned tee -a "client/$name/walstow.toml" >/dev/null
    return
  fi
  for right in "$@"; do rights+=(--right "$right"); done
  if [[ $link == ssh ]]; then
    add_ssh_client "$name" "$cluster" "${rights[@]}"
    return
  fi
  local_walstow client add "$name" --cluster "$cluster" "${rights[@]}" \
    --url "https://localhost:$daemon_port" --out "client/$name" \
    --ca "$state/_tls/ca.crt" --ca-key "$state/_tls/ca.key"
  # On a host of its own the folder would be /etc/walstow.
  owned sed -i "s|/etc/walstow/|$demo/client/$name/|" "client/$name/walstow.toml"
}

# Starts walstowd on the first free port from walstow's own upward.
start_daemon() {
  local first=7432 place=()
  [[ $store != s3 ]] || place=(--state "$state")
  for ((daemon_port = first; daemon_port < first + 100; daemon_port++)); do
    "${as_owner[@]}" "$demo/bin/walstowd" --archive "$archive" "${place[@]}" --listen "localhost:$daemon_port" \
      >log/walstowd.log 2>&1 </dev/null &
    daemon=$!
    wait_until 30 "walstowd starts" daemon_told
    if grep -q 'listening on' log/walstowd.log; then
      printf '%s\n' "$daemon" | owned tee server.pid >/dev/null
      printf 'walstowd serves it on https://localhost:%s\n' "$daemon_port"
      return
    fi
    grep -q 'in use' log/walstowd.log ||
      die "walstowd did not start: $(tail -n 2 log/walstowd.log)" "Its log is $demo/log/walstowd.log."
  done
  die "no free port from $first on"
}

# Whether it listens, or has ended.
daemon_told() { grep -q 'listening on' log/walstowd.log || ! kill -0 "$daemon" 2>/dev/null; }

# Stops the process that start_daemon or start_sshd has started.
stop_daemon() {
  [[ -f $demo/server.pid ]] || return 0
  local pid
  pid=$(<"$demo/server.pid")
  kill "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
}

# walstow ARGUMENT...: runs the executable as the demo's user.
walstow() { owned "$demo/bin/walstow" "$@"; }

# Runs on the store's own host, as the archive's owner.
local_walstow() { walstow --store "$archive" "$@"; }

# Runs on any host, as the administrator.
remote_walstow() { walstow --config "$demo/client/admin/walstow.toml" "$@"; }

# Prints the part of postgresql.conf that makes SERVER use walstow.
walstow_commands() {
  local settings="--config $demo/client/$1/walstow.toml"
  cat <<END
archive_command = '$demo/bin/walstow-archive $settings %p'
restore_command = '$demo/bin/walstow-restore $settings %f %p'
archive_cleanup_command = '$demo/bin/walstow-restore $settings --restartpoint %r'
END
}
