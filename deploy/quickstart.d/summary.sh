# Sourced by deploy/quickstart. Shows the archive itself, and the last page of the demo.
# shellcheck shell=bash

segments_timed=8

read_without_walstow() {
  headline "A stored object is readable without walstow"
  local object name
  object=$(stored_segments 00000002 | tail -n 1)
  name=$(basename "$object" .zst)
  owned zstd -dc "$object" | cmp - "standby1/pg_wal/$name" ||
    die "zstd -dc $object is not the segment $name"
  printf 'zstd -dc %s is byte for byte pg_wal/%s\n' "$object" "$name"
}

# Runs the commands by hand, one after the other, on segments of the load, while the servers are idle.
time_the_commands() {
  headline "Time of the two commands, from start to exit, for a segment of 16 MB"
  local name names
  mapfile -t names < <(stored_segments 00000001 | tail -n "$segments_timed" | xargs -n 1 basename -s .zst)
  owned mkdir timing
  local_walstow cluster create timing >/dev/null
  add_client timing timing archive >/dev/null
  restore_ms=0 archive_ms=0
  for name in "${names[@]}"; do
    add_time restore_ms walstow-restore --config client/primary/walstow.toml --pgdata primary \
      "$name" "timing/$name"
    add_time archive_ms walstow-archive --config client/timing/walstow.toml --pgdata primary \
      "timing/$name"
  done
  restore_ms=$((restore_ms / ${#names[@]}))
  archive_ms=$((archive_ms / ${#names[@]}))
  printf 'walstow-archive %d ms, walstow-restore %d ms (mean of %d segments)\n' \
    "$archive_ms" "$restore_ms" "${#names[@]}"
}

# add_time VARIABLE EXECUTABLE ARGUMENT...: adds the milliseconds that the run took.
add_time() {
  local -n sum=$1
  local begun=${EPOCHREALTIME/./}
  owned "$demo/bin/$2" "${@:3}" >>log/timing.log 2>&1 || {
    tail -n 5 log/timing.log >&2
    die "$2 failed"
  }
  sum=$((sum + (${EPOCHREALTIME/./} - begun) / 1000))
}

# stored_segments [TIMELINE]: prints the objects of its segments, or of all segments, in order.
stored_segments() {
  find archive/main -regextype posix-extended -regex '.*/[0-9A-F]{24}\.zst' -name "${1:-}*" | sort
}

summarise() {
  headline "Summary"
  local segments stored
  segments=$(stored_segments | wc -l)
  stored=$(stored_segments | xargs stat -c %s | awk '{ sum += $1 } END { print sum }')
  remote_walstow status main
  local archive_is="the archive"
  [[ $store != s3 ]] || archive_is="a copy of what is in the bucket; s3/ has the service, state/ the archive's keys"
  cat <<END

  segments in the archive    $segments
  raw                        $((segments * segment_bytes / 1024 / 1024)) MB
  stored                     $((stored / 1024 / 1024)) MB
  walstow-archive            $archive_ms ms a segment
  walstow-restore            $restore_ms ms a segment
  catch-up of standby1       $catch_up_ms ms for $catch_up_segments segments, replay included

  executables                $source_folder/build/release/bin
  folder of the demo         $demo
    archive/                 $archive_is
    client/                  of each server, what both commands read: settings, and what proves who it is
    primary/                 timeline 1, stopped when it was lost
    standby1/                was away, now the primary on timeline 2
    standby2/                follows it through the archive
    log/                     the servers' logs
END
  if [[ $keep == no ]]; then
    printf '\nThe folder is removed now; --keep leaves it and the servers.\n'
    return
  fi
  cat <<END

  new primary   psql -h $demo/socket -p ${port_of[standby1]} -U postgres
  standby       psql -h $demo/socket -p ${port_of[standby2]} -U postgres
  archive       $(owned_prefix)$demo/bin/walstow --config $demo/client/admin/walstow.toml status main
  stop          $source_folder/deploy/quickstart --stop $demo
END
}

owned_prefix() {
  if ((EUID == 0)); then printf 'runuser -u postgres -- '; fi
}
