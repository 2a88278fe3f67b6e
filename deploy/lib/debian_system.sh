# Sourced after progress.sh. Makes a small Debian in a folder, which chroot or pivot_root can enter. Needs root.
# shellcheck shell=bash

trusted_certificates=/etc/ssl/certs/ca-certificates.crt

# make_debian_system SUITE FOLDER LOG: by debootstrap, from the mirror that this machine's apt uses. The folder has
# another name until it is complete.
make_debian_system() {
  local suite=$1 system=$2 log=$3 mirror security
  mirror=$(mirror_of Debian)
  security=$(mirror_of Debian-Security)
  [[ -n $mirror ]] || die "apt has no mirror of Debian here" "Look at /etc/apt/sources.list.d, and run apt-get update."
  rm -rf --one-file-system "$system.new"
  logged "making a system of $suite" "$log" \
    unshare --mount --propagation private debootstrap --variant=minbase --include=ca-certificates "$suite" "$system.new" "$mirror"
  {
    printf 'deb %s %s main\n' "$mirror" "$suite" "$mirror" "$suite-updates"
    [[ -z $security ]] || printf 'deb %s %s main\n' "$security" "$suite-security"
  } >"$system.new/etc/apt/sources.list"
  # Keeps packages from starting daemons there.
  printf '#!/bin/sh\nexit 101\n' >"$system.new/usr/sbin/policy-rc.d"
  chmod 755 "$system.new/usr/sbin/policy-rc.d"
  mv "$system.new" "$system"
}

# connect_debian_system FOLDER: names, addresses and trusted certificates are those of this machine today.
connect_debian_system() {
  cp --dereference /etc/resolv.conf /etc/hosts "$1/etc"
  [[ ! -f $trusted_certificates ]] || cp --dereference "$trusted_certificates" "$1$trusted_certificates"
}

# mirror_of LABEL: prints the first mirror of such an archive that apt uses here. A mirror has all releases.
mirror_of() {
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Label: $1" 'Component: main' | sed -n 1p
}
