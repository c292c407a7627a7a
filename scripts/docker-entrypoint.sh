# The service prepares its installation first (schema, signing key; safe to repeat); other commands run as given.
# `exec` hands the process over, so that the container's signals reach the service itself.
set -eu
if [ "${1:-}" = serve ]; then
    sanku init
fi
exec sanku "$@"
