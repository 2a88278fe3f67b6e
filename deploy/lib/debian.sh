# Sourced by the project's scripts. Finds out which Debian release this is, and the names of its packages.
# shellcheck shell=bash

# The releases that the lists in deploy/packages know, by their code names: Debian 12 and 13.
debian_releases=(bookworm trixie)

# is_debian_release NAME: whether the lists know this release.
is_debian_release() {
  local release
  for release in "${debian_releases[@]}"; do
    if [[ $release == "$1" ]]; then return; fi
  done
  return 1
}

# Prints the code name of this machine's release. Ends the script if the lists do not know it.
debian_release() {
  local release name
  release=$(os_release VERSION_CODENAME) name=$(os_release PRETTY_NAME)
  is_debian_release "$release" || die "the lists of packages do not know this system: ${name:-it has no /etc/os-release}" \
    "They know the releases of Debian that are named ${debian_releases[*]}. A Debian machine builds and tests on each of \
them by .ci/on-debian."
  printf '%s\n' "$release"
}

# os_release FIELD: prints its value in /etc/os-release, or nothing if it has none.
os_release() {
  (
    unset "$1"
    # shellcheck source=/dev/null
    [[ ! -f /etc/os-release ]] || source /etc/os-release
    printf '%s' "${!1:-}"
  )
}

# packages_of LIST: prints the packages of deploy/packages/LIST on this release, one per line. A line of a list is a
# package. If a release follows it, it is only for that one: "libboost1.81-dev [bookworm]".
packages_of() {
  local file=$source_folder/deploy/packages/$1 here package only
  [[ -f $file ]] || die "there is no list of packages named \"$1\"" \
    "The lists are: $(ls -x "$source_folder/deploy/packages")"
  here=$(debian_release) || exit
  while read -r package only; do
    [[ -z $only ]] || { [[ $only =~ ^\[(.*)\]$ ]] && is_debian_release "${BASH_REMATCH[1]}"; } ||
      die "$file: \"$package $only\" names no release of Debian" "It is one of these, in brackets: ${debian_releases[*]}"
    [[ -n $only && $only != "[$here]" ]] || printf '%s\n' "$package"
  done < <(grep -v '^#' "$file")
}

# Prints the folder with the programs of this release's own PostgreSQL.
postgres_programs() {
  local packages
  packages=$(packages_of demo) || exit
  [[ $packages =~ (^|$'\n')postgresql-([0-9]+)($'\n'|$) ]] || die "the list \"demo\" has no server of PostgreSQL"
  printf '/usr/lib/postgresql/%s/bin\n' "${BASH_REMATCH[2]}"
}
