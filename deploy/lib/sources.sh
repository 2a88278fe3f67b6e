# Sourced by scripts that build in another folder; source_folder is the top of these sources. Copies the sources.
# shellcheck shell=bash

# in_checkout: whether the sources are a checkout of git. Otherwise they are an unpacked copy.
in_checkout() { [[ -e $source_folder/.git ]]; }

checkout_git() { git -c safe.directory="$source_folder" -C "$source_folder" "$@"; }

# source_files: prints the names of the files of the sources, each with a NUL behind it. In a checkout these are the
# files that git tracks.
source_files() {
  local name
  if ! in_checkout; then
    (cd "$source_folder" && find . -path ./build -prune -o '(' -type f -o -type l ')' -print0)
    return
  fi
  checkout_git ls-files -z |
    while IFS= read -r -d '' name; do
      # A file whose removal is not committed yet.
      [[ ! -e $source_folder/$name && ! -L $source_folder/$name ]] || printf '%s\0' "$name"
    done
}

# copy_sources FOLDER: replaces everything there, except a folder "build". Keeps the times of files, so that a later
# build there compiles only changed ones.
copy_sources() {
  local folder=$1
  mkdir -p "$folder"
  find "$folder" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
  source_files | tar --create --directory "$source_folder" --null --files-from=- --owner=root --group=root |
    tar --extract --directory "$folder"
}

# source_time: prints when the sources were last changed, in seconds since 1970. In a checkout this is the time of its
# commit.
source_time() {
  if in_checkout; then
    checkout_git log -1 --format=%ct
  else
    source_files | (cd "$source_folder" && xargs --null stat --format=%Y) | sort --numeric-sort | tail -n 1
  fi
}
