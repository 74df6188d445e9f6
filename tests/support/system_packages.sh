#!/bin/sh
# Servers, browser, voice and fonts that the tests use, from Debian's packages, where they are missing and may be installed.
# Where they may not, it says so and goes on: the tests that need them fail by name, none is left out in silence.
set -u
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

has() { command -v "$1" >/dev/null 2>&1; }
font() { find /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" -iname "$1" 2>/dev/null | grep -q .; }

missing=""
has mariadbd && has mariadb-install-db || missing="$missing mariadb-server"
has redis-server || has valkey-server || missing="$missing redis-server"
has chromium || has chromium-browser || has google-chrome || missing="$missing chromium"
has espeak-ng || missing="$missing espeak-ng"
font 'NotoSansCJK*' || missing="$missing fonts-noto-cjk"
font 'wqy-zenhei*' || missing="$missing fonts-wqy-zenhei"
[ -n "$missing" ] || exit 0

give_up() {
    echo "Not on this machine:$missing. Tests that need them will fail. $1" >&2
    exit 0
}

if [ "$(id -u)" = 0 ]; then
    root() { "$@"; }
elif has sudo && sudo -n true 2>/dev/null; then
    root() { sudo -n "$@"; }
else
    give_up "Install them as root: apt-get install --no-install-recommends$missing"
fi
has apt-get || give_up "There is no apt-get here; install the same programs in this machine's way."

# Debian starts what it installs unless this file says no: the tests run servers of their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'root rm -f "$policy"' EXIT
    trap 'exit 1' INT TERM
    printf '#!/bin/sh\nexit 101\n' | root tee "$policy" >/dev/null
    root chmod 755 "$policy"
fi
echo "Installing for the tests:$missing"
root apt-get -qq -o DPkg::Lock::Timeout=500 update || true
# shellcheck disable=SC2086  # a list of names
root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=500 install -y --no-install-recommends \
    $missing >/dev/null || give_up "apt-get could not install them."
