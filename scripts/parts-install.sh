#!/bin/sh
# Installs the real parts that the suite in tests/parts talks to: Debian packages, as root. Safe to run again.
# Asterisk itself is fetched by the suite into a cache folder (it is not in Debian 12), for which debootstrap is here.
set -eu

has() {
    command -v "$1" >/dev/null 2>&1 && return
    for found in "$1" "/usr/sbin/$1" /usr/lib/postgresql/*/bin/"$1" "/usr/lib/kannel/test/$1"; do
        [ ! -x "$found" ] && [ ! -f "$found" ] || return 0
    done
    return 1
}

missing=
while read -r program package purpose; do
    if has "$program"; then
        echo "present  $package ($purpose)"
    else
        missing="$missing $package"
        echo "missing  $package ($purpose)"
    fi
done <<LIST
debootstrap debootstrap fetches Asterisk 22
sipp sip-tester telephones
redis-server redis-server the doorbell
postgres postgresql the other database
swaks swaks sends mail
bearerbox kannel text and WAP gateway
fakesmsc kannel-extras telephones that text
wbxml2xml libwbxml2-utils reads compiled decks
onsgmls opensp judges markup
/usr/share/xml/w3c-sgml-lib/schema/dtd/catalog.xml w3c-sgml-lib the rules of HTML 3.2
dovecot dovecot-imapd mailboxes
LIST

[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "skipped $missing: installing needs root; the suites that need them will be skipped, with the reason printed"
    exit 0
fi
if ! has apt-get; then
    echo "skipped $missing: no apt-get on this machine"
    exit 0
fi

log=$(mktemp)
clusters=/etc/postgresql-common/createcluster.d/cordboard.conf
trap 'rm -f "$log" "$clusters"' EXIT
export DEBIAN_FRONTEND=noninteractive
# PostgreSQL must not make a cluster for all of the machine.
mkdir -p "${clusters%/*}"
echo "create_main_cluster = false" >"$clusters"
# A server that comes with a package must not start by itself: the suites start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$log" "$clusters" "$policy"' EXIT
fi
# shellcheck disable=SC2086 # a list of words
if apt-get update >"$log" 2>&1 && apt-get install -y --no-install-recommends $missing >>"$log" 2>&1; then
    echo "installed$missing"
else
    tail -n 5 "$log" >&2
    echo "apt-get could not install$missing" >&2
    exit 1
fi
