# shellcheck shell=bash
# Finds and checks what a build needs, and says what to install where it is
# missing. Sourced by ./dialkey, ci/verify and .ci/run; changes nothing by itself.

# Lowest versions that are known to work.
# shellcheck disable=SC2034 # Used by ci/verify and ./dialkey.
readonly CARGO_MIN=1.88.0
# shellcheck disable=SC2034 # Used by ci/verify.
readonly PEERS_CARGO_MIN=1.91.0 # For the iroh peers, which only the tests need.
readonly MAVEN_MIN=3.8.7
readonly RUN_JDK_MIN=22

say() {
  printf '%s\n' "$*" >&2
}

fail() {
  say "error: $*"
  exit 1
}

# at_least FOUND WANTED: compares dotted versions.
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# Where JDKs are usually found, the user's own choice first.
jdk_candidates() {
  local java
  printf '%s\n' "${JAVA_HOME:-}"
  for java in /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* /opt/*jdk* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    printf '%s\n' "$java"
  done
  java=$(command -v java || true)
  if [ -n "$java" ]; then
    java=$(readlink -f "$java")
    printf '%s\n' "${java%/bin/java}"
  fi
}

# jdk_major HOME: the feature version, from the file that every JDK carries.
jdk_major() {
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null
}

# Prints the home of a JDK 25 with a compiler.
find_jdk25() {
  local home
  while IFS= read -r home; do
    if [ -x "$home/bin/javac" ] && [ "$(jdk_major "$home")" = 25 ]; then
      printf '%s\n' "$home"
      return
    fi
  done < <(jdk_candidates)
  return 1
}

# Prints the home of a JVM that can run Dialkey: the first one found.
find_jdk_to_run() {
  local home major
  while IFS= read -r home; do
    if [ -x "$home/bin/java" ]; then
      major=$(jdk_major "$home")
      if [ "${major:-0}" -ge "$RUN_JDK_MIN" ]; then
        printf '%s\n' "$home"
        return
      fi
    fi
  done < <(jdk_candidates)
  return 1
}

# Cargo is often installed where a fresh shell does not look.
use_cargo() {
  if ! command -v cargo >/dev/null && [ -x "$HOME/.cargo/bin/cargo" ]; then
    PATH=$HOME/.cargo/bin:$PATH
  fi
}

# libclang, of which the generator of BoringSSL's bindings loads the library.
has_libclang() {
  local file
  for file in "${LIBCLANG_PATH:-/nowhere}"/libclang* /usr/lib/llvm-*/lib/libclang*.so* \
    /usr/lib/*-linux-gnu/libclang*.so* /usr/lib64/libclang*.so* /usr/local/lib/libclang*.so*; do
    case $file in
      *libclang-cpp*) ;; # The C++ interface: other tools bring it, the generator can't use it.
      *) [ ! -e "$file" ] || return 0 ;;
    esac
  done
  return 1
}

# Debian packages for what is missing of the system's tools, one a line.
missing_packages() {
  has_libclang || echo libclang-dev
  command -v cmake >/dev/null || echo cmake
  command -v c++ >/dev/null || echo g++
  command -v mvn >/dev/null || echo maven
  command -v git >/dev/null || echo git
}

# Installs them as root on Debian and its kin; else says what to install.
ensure_packages() {
  local -a missing
  mapfile -t missing < <(missing_packages)
  if [ "${#missing[@]}" -eq 0 ]; then
    return
  fi
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    fail "missing: ${missing[*]}. On Debian and Ubuntu: sudo apt-get install ${missing[*]}." \
      "Elsewhere install libclang (of LLVM), CMake, a C++ compiler, Maven $MAVEN_MIN and git."
  fi
  say "installing ${missing[*]}"
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >&2
}

# require_build_tools CARGO: checks what a build needs and sets JAVA_HOME for it.
require_build_tools() {
  local cargo_min=$1 home found
  home=$(find_jdk25) || fail "no JDK 25, which the build needs. Install the package" \
    "temurin-25-jdk (from Adoptium's repository) or openjdk-25-jdk, or with SDKMAN:" \
    "sdk install java 25-tem. If you have one elsewhere, set JAVA_HOME to it."
  export JAVA_HOME=$home
  use_cargo
  command -v cargo >/dev/null || fail "no Cargo. Install Rust $cargo_min or newer: the package" \
    "rustup and then 'rustup default stable', or rustup from the Rust project's site."
  found=$(cargo --version | awk '{ print $2 }')
  at_least "$found" "$cargo_min" || fail "Cargo $found is too old: $cargo_min is needed." \
    "Run 'rustup update stable'."
  found=$(mvn --version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p')
  at_least "${found:-0}" "$MAVEN_MIN" || fail "Maven ${found:-of an unknown version} is too old:" \
    "Dialkey needs $MAVEN_MIN. Install the package maven of a current Debian or Ubuntu, or" \
    "with SDKMAN: sdk install maven."
}
