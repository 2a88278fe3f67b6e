# Sourced by deploy/quickstart. The demo's steps in their order, each with its headline.
# shellcheck shell=bash

segment_bytes=$((16 * 1024 * 1024))
# More segments than any wal_keep_size or recycling would keep by accident.
segments_away=32

install_packages() {
  headline "Packages"
  local lists=(build demo)
  [[ $link != ssh ]] || lists+=(demo-ssh)
  [[ $store != s3 ]] || lists+=(s3)
  "$source_folder/deploy/install-packages" "${lists[@]}"
}

build_release() {
  headline "Release build in $source_folder/build/release"
  cd "$source_folder"
  logged "configuring" build/log/quickstart-configure.log \
    cmake --preset release -DWALSTOW_TESTS=OFF
  logged "building" build/log/quickstart-build.log \
    cmake --build --preset release --target walstow walstowd walstow-archive walstow-restore
}

start_primary_under_load() {
  headline "A primary under pgbench load archives each segment it finishes"
  owned "$postgres_bin/initdb" -D primary -U postgres --auth trust >"log/initdb.log"
  # The standbys copy these settings with the data. Only they use restore_command, which is their only source of WAL (no
  # primary_conninfo). The primary keeps as little WAL as it can.
  owned tee -a primary/postgresql.conf <<END
listen_addresses = ''
unix_socket_directories = '$demo/socket'
archive_mode = on
wal_keep_size = 0
min_wal_size = 32MB
max_wal_size = 64MB
END
  walstow_commands primary | owned tee -a primary/postgresql.conf
  start_server primary
  logged "filling the tables" log/pgbench-init.log \
    "${as_owner[@]}" "$postgres_bin/pgbench" -h "$demo/socket" -p "${port_of[primary]}" -U postgres \
    -i -s 10 --quiet postgres
  start_load
  wait_until 60 "waiting for the first archived segments" at_least 3 segments_archived
  printf 'archived so far: %s segments\n' "$(segments_archived)"
}

build_standbys() {
  headline "Two standbys from pg_basebackup, fed by restore_command alone"
  local standby
  for standby in standby1 standby2; do
    logged "pg_basebackup of $standby" "log/basebackup-$standby.log" \
      "${as_owner[@]}" "$postgres_bin/pg_basebackup" -h "$demo/socket" -p "${port_of[primary]}" \
      -U postgres -D "$demo/$standby" -X none -c fast
    walstow_commands "$standby" | owned tee -a "$standby/postgresql.conf" >/dev/null
    owned touch "$standby/standby.signal"
    start_server "$standby"
  done
  # Only complete segments reach a standby this way, so its progress is counted in segments.
  printf 'both replay the archive; standby1 goes away now\n'
  stop_server standby1
  away_needs=$(redo_segment standby1)
  away_from=$(query primary 'SELECT pg_current_wal_lsn()')
}

stay_away() {
  headline "standby1 is away: the primary makes $segments_away segments and recycles them"
  wait_until 600 "segments made since standby1 left" at_least "$segments_away" segments_since_away
  stop_load
  # The last segment is archived only when it is complete.
  away_until=$(query primary 'SELECT pg_switch_wal()')
  query primary 'CHECKPOINT' >/dev/null
  [[ ! -e primary/pg_wal/$away_needs ]] ||
    die "the primary still has segment $away_needs, which standby1 needs" \
      "The demo proves nothing while the primary could feed standby1."
  printf 'segments made meanwhile: %s; still on the primary: %s; %s, which standby1 needs, is not\n' \
    "$(segments_since_away)" "$(find primary/pg_wal -name '0*' -type f -size +1M | wc -l)" "$away_needs"
}

come_back() {
  headline "standby1 comes back and catches up from the archive"
  local begun=${EPOCHREALTIME/./}
  start_server standby1
  wait_until 600 "replayed by standby1" has_replayed standby1 "$away_until"
  catch_up_ms=$(((${EPOCHREALTIME/./} - begun) / 1000))
  catch_up_segments=$(segments_since_away)
  printf 'caught up in %d ms, start of the server included\n' "$catch_up_ms"
  wait_until 600 "replayed by standby2" has_replayed standby2 "$away_until"
  same_rows primary standby1
  same_rows primary standby2
}

promote() {
  headline "The primary is lost; standby1 is promoted to timeline 2, standby2 follows it through the archive"
  stop_server primary
  owned "$postgres_bin/pg_ctl" promote --silent --wait -D standby1 >/dev/null
  query standby1 "CREATE TABLE written_on_timeline_2 AS SELECT n FROM generate_series(1, 100000) n" \
    >/dev/null
  local until
  until=$(query standby1 'SELECT pg_switch_wal()')
  wait_until 120 "replayed by standby2" has_replayed standby2 "$until"
  grep 'new target timeline is 2' log/standby2.log ||
    server_failed standby2 "standby2 did not switch to timeline 2"
  same_rows standby1 standby2 written_on_timeline_2
}

segments_archived() { query primary 'SELECT archived_count FROM pg_stat_archiver'; }

segments_since_away() {
  query primary "SELECT floor(pg_wal_lsn_diff(pg_current_wal_lsn(), '$away_from') / $segment_bytes)"
}

# at_least NUMBER COMMAND...: prints the output of the command.
at_least() {
  local number
  number=$("${@:2}")
  printf '%s\n' "$number"
  ((number >= $1))
}

has_replayed() {
  query "$1" "SELECT coalesce(pg_last_wal_replay_lsn(), '0/0')"
  [[ $(query "$1" "SELECT pg_last_wal_replay_lsn() >= '$2'::pg_lsn") == t ]]
}

# Prints the first segment that a stopped standby requests when it starts again.
redo_segment() {
  owned "$postgres_bin/pg_controldata" -D "$demo/$1" | sed -n "s/^Latest checkpoint's REDO WAL file: *//p"
}

# same_rows SERVER SERVER [TABLE...]: ends the demo if a count or a checksum over the rows differs.
same_rows() {
  local one=$1 other=$2 table sql here there
  shift 2
  for table in pgbench_accounts pgbench_branches pgbench_tellers pgbench_history "$@"; do
    sql="SELECT count(*) || ' rows, ' || md5(string_agg(md5(t::text), '' ORDER BY md5(t::text)))
         FROM $table t"
    here=$(query "$one" "$sql")
    there=$(query "$other" "$sql")
    [[ $here == "$there" ]] || die "$table differs: $one has $here, $other has $there"
    printf '%-22s the same on %s and %s: %s\n' "$table" "$one" "$other" "$here"
  done
}
