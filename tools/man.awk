# SPDX-License-Identifier: Apache-2.0
# Turns the Markdown that docs/ is written in into a page for man(1). Variables: name, section, summary, version; a first
# paragraph of code becomes the synopsis. Awk as POSIX has it.

# What roff would take for its own.
function plain(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    return text
}

# Prose: Markdown's escapes, **strong** and &lt;.
function prose(text,   part, from, strong) {
    gsub(/\\\*/, "\002", text)
    gsub(/\\_/, "_", text)
    gsub(/&lt;/, "<", text)
    text = plain(text)
    while (match(text, /\*\*[^*]+\*\*/)) {
        strong = substr(text, RSTART + 2, RLENGTH - 4)
        text = substr(text, 1, RSTART - 1) "\\fB" strong "\\fR" substr(text, RSTART + RLENGTH)
    }
    while (match(text, /\*[^* ][^*]*\*/)) {
        part = substr(text, RSTART + 1, RLENGTH - 2)
        text = substr(text, 1, RSTART - 1) "\\fI" part "\\fR" substr(text, RSTART + RLENGTH)
    }
    gsub(/\002/, "*", text)
    return text
}

# A link is what it says.
function unlinked(text,   label) {
    while (match(text, /\[`[^`]*`\]\([^()]*\)/) || match(text, /\[[^][]*\]\([^()]*\)/)) {
        label = substr(text, RSTART + 1, RLENGTH - 1)
        label = substr(label, 1, index(label, "](") - 1)
        text = substr(text, 1, RSTART - 1) label substr(text, RSTART + RLENGTH)
    }
    return text
}

# A run of text with links and `code`.
function inline(text,   parts, count, i, result) {
    count = split(unlinked(text), parts, "`")
    for (i = 1; i <= count; i++) result = result (i % 2 ? prose(parts[i]) : "\\fB" plain(parts[i]) "\\fR")
    return result
}

# A line that does not begin with one of roff's requests.
function say(text) { print (text ~ /^[.']/ ? "\\&" : "") text }

function end_paragraph() {
    if (paragraph != "") {
        print opening
        say(inline(paragraph))
    }
    paragraph = ""
}

function end_code() {
    if (in_code) print ".fi\n.RE"
    in_code = 0
    blanks = 0
}

function begin_code() {
    end_paragraph()
    print ".PP\n.RS 4\n.nf"
    in_code = 1
}

function code_line(text) {
    for (; blanks > 0; blanks--) print ""
    say(plain(text))
}

# The cells of a row, from 1.
function cells_of(row, cells,   count, i) {
    gsub(/\\\|/, "\001", row)
    sub(/^\| */, "", row)
    sub(/ *\|$/, "", row)
    count = split(row, cells, / *\| */)
    for (i = 1; i <= count; i++) gsub(/\001/, "|", cells[i])
    return count
}

# The first cell is the term, the others say something of it.
function table_row(row,   cells, count, i, label) {
    count = cells_of(row, cells)
    print ".TP"
    say(inline(cells[1] == "" ? "\\&" : cells[1]))
    for (i = 2; i <= count; i++) {
        label = count > 2 && headings[i] !~ /^what / ? headings[i] ": " : ""
        if (i > 2) print ".br"
        say(inline(label cells[i]))
    }
}

function heading(text,   level) {
    end_paragraph()
    match(text, /^#+/)
    level = RLENGTH
    text = substr(text, level + 2)
    if (level < 3 && text !~ /[[`]/) text = toupper(text)
    print (level < 3 ? ".SH " : ".SS ") "\"" inline(text) "\""
}

# What stands before all else; the first heading of the text says no more than the name.
function title(   upper) {
    upper = toupper(name)
    print ".\\\" Made by tools/man from the documentation: changes belong there."
    print ".TH \"" plain(upper) "\" " section " \"\" \"hostd " version "\" \"hostd\""
    print ".nh\n.ad l"
    print ".SH NAME"
    print plain(name) " \\- " inline(tolower(substr(summary, 1, 1)) substr(summary, 2))
    titled = 1
}

function describe() {
    if (!described) print ".SH DESCRIPTION"
    described = 1
}

BEGIN { title() }

/^<!--.*-->$/ { next }
/^# / && !seen_first { seen_first = 1; next }
/^```/ {
    if (fenced) end_code()
    else { describe(); begin_code() }
    fenced = !fenced
    next
}
fenced { code_line($0); next }
/^    / && (in_code || paragraph == "") && !in_list {
    if (!in_code) {
        if (!described && !in_synopsis) { in_synopsis = 1; print ".SH SYNOPSIS\n.nf"; in_code = 1 }
        else begin_code()
    }
    code_line(substr($0, 5))
    next
}
in_code && /^$/ { blanks++; next }
in_code && in_synopsis == 1 { print ".fi"; in_code = 0; blanks = 0; in_synopsis = 2 }
in_code { end_code() }
/^$/ { end_paragraph(); in_table = 0; in_list = 0; next }
{ describe() }
/^#+ / { heading($0); next }
/^\|/ && !in_table {
    end_paragraph()
    delete headings
    cells_of($0, headings)
    in_table = 1
    next
}
/^\|-/ { next }
/^\|/ { table_row($0); next }
/^- / || /^[0-9]+\. / {
    end_paragraph()
    in_list = 1
    opening = ".IP " (/^- / ? "\\(bu" : substr($0, 1, index($0, " ") - 1)) " 4"
    paragraph = substr($0, index($0, " ") + 1)
    next
}
{
    if (paragraph == "") opening = ".PP"
    sub(/^ +/, "")
    paragraph = paragraph (paragraph == "" ? "" : " ") $0
}

END {
    end_paragraph()
    end_code()
}
