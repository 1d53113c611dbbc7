#!/bin/sh
# The command `digest` as the units run it, with their user, settings and secrets. For root, who has
# it as /usr/local/bin/digest.
set -eu
export DIGEST_HOME=/var/lib/digest
if [ -f /etc/digest/environment ]; then
  set -a
  . /etc/digest/environment
  set +a
fi
for file in /etc/digest/secrets/*; do
  export "DIGEST_$(basename "$file" | tr a-z A-Z)=$(cat "$file")"
done
cd /opt/digest
exec setpriv --reuid digest --regid digest --init-groups --no-new-privs .venv/bin/digest "$@"
