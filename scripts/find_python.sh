# Prints an interpreter that is new enough: the one named as $1, else the first of the usual names that runs.
set -eu
for candidate in ${1:-python3.11 python3 python3.12 python3.13 python3.14 python}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        echo "$candidate"
        exit 0
    fi
done
found=$("${1:-python3}" --version 2>/dev/null || echo none)
echo "Sanku needs Python 3.11 or later (found: $found)." >&2
echo "Install it, or name it: make setup PYTHON=/path/to/python3.11" >&2
exit 1
