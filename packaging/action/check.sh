#!/usr/bin/env bash
# The step of the GitHub Action: brings the program of a release, checks, writes the summary.
# All it knows comes from the environment that action.yml sets.
set -euo pipefail

fail() {
  echo "::error title=keyaki::$1"
  exit 2
}

target() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo x86_64-unknown-linux-musl ;;
    Linux-aarch64) echo aarch64-unknown-linux-musl ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
    Darwin-x86_64) echo x86_64-apple-darwin ;;
    MINGW*-x86_64 | MSYS*-x86_64) echo x86_64-pc-windows-msvc ;;
    *) fail "there is no program for $(uname -s) on $(uname -m)" ;;
  esac
}

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi
}

# Prints the path of the program of the wanted release, which it downloads and verifies.
bring() {
  local version=${KEYAKI_VERSION#v}
  [[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] ||
    fail "\`${KEYAKI_VERSION}\` is no release; give one as the input \`version\`, such as 0.1.0"
  local target name folder
  target=${KEYAKI_TARGET:-$(target)}
  name=keyaki-$version-$target
  folder=$(mktemp -d)
  local file
  for file in "$name.tar.gz" "$name.tar.gz.sha256"; do
    curl --fail --silent --show-error --location --retry 3 --max-time 120 \
      --output "$folder/$file" "$KEYAKI_RELEASES/v$version/$file" ||
      fail "$KEYAKI_RELEASES/v$version/$file cannot be downloaded"
  done
  local wanted got
  read -r wanted _ <"$folder/$name.tar.gz.sha256"
  read -r got _ < <(sha256 "$folder/$name.tar.gz")
  [ "$wanted" = "$got" ] || fail "$name.tar.gz is not what was released: its checksum differs"
  tar -xzf "$folder/$name.tar.gz" -C "$folder"
  echo "$folder/$name/keyaki"
}

# Reads the lines of a text into the array `lines`, without the empty ones.
read_lines() {
  lines=()
  local line
  while IFS= read -r line; do
    if [ -n "$line" ]; then lines+=("$line"); fi
  done <<<"$1"
}

program=${KEYAKI_PROGRAM:-}
# A failure in the command substitution ends the script: `program=` is an assignment of its own.
if [ -z "$program" ]; then program=$(bring) || { echo "$program"; exit 2; }; fi

read_lines "${KEYAKI_PATHS:-.}"
paths=("${lines[@]}")
read_lines "${KEYAKI_ARGUMENTS:-}"
summary=$(mktemp)
call=("$program" check ${lines[@]+"${lines[@]}"} --format github --output "markdown=$summary"
  --fail-level "${KEYAKI_FAIL_LEVEL:-warning}")
if [ -n "${KEYAKI_SARIF:-}" ]; then
  mkdir -p "$(dirname "$KEYAKI_SARIF")"
  call+=(--output "sarif=$KEYAKI_SARIF")
fi

code=0
"${call[@]}" -- "${paths[@]}" || code=$?

if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$summary" >>"$GITHUB_STEP_SUMMARY"; fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  {
    echo "exit-code=$code"
    echo "sarif=${KEYAKI_SARIF:-}"
  } >>"$GITHUB_OUTPUT"
fi
exit "$code"
