#!/bin/sh
# keeper-checked.sh FOLDER: builds hostd-keeper from its sources into FOLDER as the tests of its memory want it:
#   sanitized  with the address and undefined-behaviour sanitizers
#   scanning   the same, for a kernel without /proc/PID/task/TID/children
#   dynamic    for valgrind, which knows the C library's tricks only in its shared form
# Status 3: there is no compiler that can do it.
set -eu
folder=$1
sources=$(cd "$(dirname "$0")/../Sources/hostd-keeper" && pwd)
plain="-std=gnu17 -Wall -Wextra -g -gdwarf-4 -fno-omit-frame-pointer"
sanitized="$plain -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined"

if [ -x "$folder/dynamic" ] && [ -z "$(find "$sources" "$0" -newer "$folder/dynamic")" ]; then
    exit 0
fi

# shellcheck disable=SC2086
build() {
    "$compiler" $sanitized "$@" -o "$folder/sanitized"
    "$compiler" $sanitized -DCHILDREN_FILE='"none"' "$@" -o "$folder/scanning"
    "$compiler" $plain -Og "$@" -o "$folder/dynamic"
}

echo 'int main(void) { return 0; }' >"$folder/try.c"
for compiler in "${CC:-cc}" gcc clang; do
    # shellcheck disable=SC2086
    if "$compiler" $sanitized "$folder/try.c" -o "$folder/try" 2>/dev/null && "$folder/try"; then
        build "$sources"/*.c
        exit 0
    fi
done
exit 3
