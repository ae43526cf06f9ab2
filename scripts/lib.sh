# What the scripts of this folder share. Sourced, not run.

# Says a line that stands out among the output of others.
say() { printf '\n== %s\n' "$*"; }

# Installs Debian packages that are missing; the arguments are pairs of a command that tells and a package.
# Elsewhere it says what to install.
need() {
  local missing=()
  while [ $# -gt 0 ]; do
    sh -c "$1" >/dev/null 2>&1 || missing+=("$2")
    shift 2
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if command -v apt-get >/dev/null 2>&1; then
    say "installing ${missing[*]}"
    local root=""
    [ "$(id -u)" -eq 0 ] || root="sudo"
    $root apt-get -o DPkg::Lock::Timeout=600 update -qq
    $root apt-get -o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends "${missing[@]}"
  else
    echo "please install: ${missing[*]}" >&2
    return 1
  fi
}

# The one thing that is not installed for you: the toolchain, which is a choice.
need_swift() {
  command -v swift >/dev/null 2>&1 && return 0
  echo "Swift 6.2 or newer is needed: https://www.swift.org/install" >&2
  exit 1
}
