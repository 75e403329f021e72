#!/bin/sh
# Writes the evaluation text to standard output: chapters of the King James Bible from Debian's packages `bible-kjv`
# and `bible-kjv-text` 4.38, one verse a line without its number, an empty line between chapters. The text is in the
# public domain. It was chosen for its variety: narrative, law, poetry, proverbs, dialogue, letters, a sea voyage.
set -eu

chapters='
    Ge1 Ge3 Ge22 Ex20 Ru1 1Sam17 1Ki3 Job38 Ps1 Ps19 Ps23 Pr1 Pr8 Ecc1 Ecc3 Song2 Isa40
    Jon1 Jon4 Mat5 Mat6 Luk15 Joh1 Act27 1Cor13 Jam3 Rev21
'

command -v bible > /dev/null || [ -n "${BIBLE:-}" ] || {
    printf 'error: the program `bible` is missing: apt-get install bible-kjv bible-kjv-text\n' >&2
    exit 1
}

first=yes
for chapter in $chapters; do
    [ "$first" = yes ] || printf '\n'
    first=no
    # $BIBLE may name the program with its options; the range ends at the last verse there is.
    # shellcheck disable=SC2086
    ${BIBLE:-bible} -f "$chapter:1-$chapter:999" | sed 's/^[^ ]* //; s/ *$//'
done
