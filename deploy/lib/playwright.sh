# Sourced by install-packages, after progress.sh. Fetches the package that deploy/playwright-core pins into the folder
# build/playwright-core.
# shellcheck shell=bash

# playwright_pin: prints its version and SHA-256
playwright_pin() {
  grep -v '^#' "$source_folder/deploy/playwright-core"
}

# playwright_is_here: whether the pinned version has been fetched
playwright_is_here() {
  [[ $(cat "$source_folder/build/playwright-core/pin" 2>/dev/null) == "$(playwright_pin)" ]]
}

# fetch_playwright: fetches it unless it is here. Needs npm, node and python3
fetch_playwright() {
  local version digest
  if playwright_is_here; then return; fi
  read -r version digest < <(playwright_pin)
  logged "fetching playwright-core $version" "$source_folder/build/log/playwright-core.log" \
    python3 -B "$source_folder/deploy/lib/fetch_playwright.py" "$version" "$digest" \
    "$source_folder/build/playwright-core" ||
    die "there is no playwright-core for the end-to-end test of the status page" \
      "Only it needs it, and npm's registry once: \"tests/run unit contract fault\" does without."
}
