# shellcheck shell=bash
# The Debian packages that a command needs (cmake/deps-*.txt). Sourced by ./dev, whose say and die it calls.

# The packages of the given lists, one a line. A list that cannot be read or names nothing is an error.
listed_packages() {
  local list names
  for list in "$@"; do
    names=$(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' -- "$list") || die "the list of packages $list cannot be read"
    [[ -n $names ]] || die "the list of packages $list is empty"
    printf '%s\n' "$names"
  done
}

# Those of them that are not installed, one a line.
missing_packages() {
  local names
  local -a wanted
  names=$(listed_packages "$@") || exit 1
  mapfile -t wanted <<<"$names"
  # dpkg-query fails when it does not know a package; what it does know it has printed all the same.
  LC_ALL=C comm -23 <(printf '%s\n' "${wanted[@]}" | LC_ALL=C sort -u) \
    <({ dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true; } |
      sed -n 's/^installed //p' | LC_ALL=C sort -u)
}

# install_missing LIST...: as root, or through sudo.
install_missing() {
  local names log=build/install.log start=$SECONDS
  local -a missing as_root=()
  if ! command -v dpkg-query >/dev/null; then
    listed_packages "$@" >/dev/null
    say "this is no Debian system: the packages of $* (or their like) are taken to be there"
    return
  fi
  names=$(missing_packages "$@") || exit 1
  [[ -n $names ]] || return 0
  mapfile -t missing <<<"$names"
  if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null ||
      die "missing packages, and neither root nor sudo to install them. As root: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  mkdir -p build
  say "installing ${#missing[@]} packages (log: $log): ${missing[*]}"
  if ! "${as_root[@]}" apt-get -o Acquire::Retries=3 update -qq >"$log" 2>&1 ||
    ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 \
      install --no-install-recommends -y "${missing[@]}" >>"$log" 2>&1; then
    tail -n 20 "$log" >&2
    die "the packages could not be installed; the whole log is $log"
  fi
  say "installed in $((SECONDS - start)) s"
}
