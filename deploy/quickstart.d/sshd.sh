# Sourced by deploy/quickstart. The demo's own sshd, and each server's settings to reach the archive through it.
# shellcheck shell=bash

# Its account is that of the servers, the only one that an sshd without root can accept.
ssh_user() { owned id -un; }

new_key() { owned ssh-keygen -q -t ed25519 -N '' -C '' -f "$1"; }

# Starts sshd on the first free port from 2222 upward.
start_sshd() {
  local first=2222
  owned mkdir sshd
  new_key sshd/host_key
  owned touch sshd/authorized_keys
  for ((sshd_port = first; sshd_port < first + 100; sshd_port++)); do
    # The demo's folder is below /tmp, where sshd would not look for keys without StrictModes off.
    owned tee sshd/sshd_config >/dev/null <<END
ListenAddress 127.0.0.1:$sshd_port
HostKey $demo/sshd/host_key
AuthorizedKeysFile $demo/sshd/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
END
    "${as_owner[@]}" /usr/sbin/sshd -D -e -f "$demo/sshd/sshd_config" >log/sshd.log 2>&1 </dev/null &
    sshd=$!
    wait_until 30 "sshd starts" sshd_told
    if grep -q 'listening on' log/sshd.log; then
      printf '%s\n' "$sshd" | owned tee server.pid >/dev/null
      printf '[127.0.0.1]:%s %s\n' "$sshd_port" "$(cut -d ' ' -f 1,2 sshd/host_key.pub)" |
        owned tee sshd/known_hosts >/dev/null
      printf 'an sshd lets them in at ssh://%s@127.0.0.1:%s\n' "$(ssh_user)" "$sshd_port"
      return
    fi
    grep -q 'in use' log/sshd.log ||
      die "sshd did not start: $(tail -n 2 log/sshd.log)" "Its log is $demo/log/sshd.log."
  done
  die "no free port from $first on"
}

# Whether it listens, or has ended.
sshd_told() { grep -q 'listening on' log/sshd.log || ! kill -0 "$sshd" 2>/dev/null; }

# add_ssh_client NAME CLUSTER OPTION...: on a host of its own, the key and known_hosts would be in ~/.ssh.
add_ssh_client() {
  local name=$1 cluster=$2
  shift 2
  owned mkdir "client/$name"
  new_key "client/$name/id_ed25519"
  local_walstow client add "$name" --cluster "$cluster" "$@" --ssh "client/$name/id_ed25519.pub" |
    owned tee -a sshd/authorized_keys >/dev/null
  if [[ $cluster != '*' ]]; then
    printf 'cluster = "%s"\n' "$cluster" | owned tee "client/$name/walstow.toml" >/dev/null
  fi
  owned tee -a "client/$name/walstow.toml" >/dev/null <<END
store = "ssh://$(ssh_user)@127.0.0.1:$sshd_port"

[ssh]
identity = "$demo/client/$name/id_ed25519"
known_hosts = "$demo/sshd/known_hosts"
END
}
