#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the key lists of the documentation from src/policy/profile_keys.def.

  genkeys.py --docs    write what stands between the markers in docs/format/profile.md and docs/man/nono-profile.5
  genkeys.py --check   fail if that is out of date
"""
import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # the source tree stays as it is
from profilekeys import load  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
MERGES = {"NONE": "", "ALWAYS": "own", "APPEND": "append", "CHILD": "child", "OR": "or", "WORKDIR": "level",
          "PAIRS": "name", "CREDENTIALS": "name", "BODY": "profile", "HOOKS": "name", "HOOK": "child"}
KINDS = {"SECTION": "object", "MAP": "object", "STRING": "string", "BOOL": "true, false", "LIST": "list of strings",
         "PORTS": "list of ports", "RANGES": "list of [first, last]", "PAIRS": "object of strings", "ANY": "any",
         "BODY": "profile"}


def limit(text):
    return "2147483647" if text == "INT32_MAX" else text


def value_words(key, quote):
    """What a value looks like."""
    if key.kind == "ENUM":
        text = ", ".join(quote(word) for word, _ in key.words())
    elif key.kind == "INT":
        text = "%s to %s" % (limit(key.more["least"]), limit(key.more["most"]))
    elif key.kind == "ITEMS":
        text = "list of strings and objects" if key.flag("text_too") else "list of objects"
    else:
        text = KINDS[key.kind]
    if key.flag("single"):
        text = "string or " + text
    if key.flag("object_only"):
        text = "object"
    if key.when_key():
        text += " [%s]" % key.when_key()
    if key.flag("nullable"):
        text += ", null"
    return text + ("; required" if key.flag("required") else "")


def state(key, quote):
    """What happens to a key that is set and not built yet."""
    if key.cls == "USED":
        return ""
    text = "unused" if key.cls == "UNUSED" else "refused"
    if key.kind != "ENUM":
        return text
    flagged = [quote(word) for word, asks in key.words() if asks]
    return "%s if %s" % (text, ", ".join(flagged)) if flagged else ""


def code(word):
    return "`%s`" % word


def key_table(keys):
    yield "| Key | Value | What it is for | Joined | |"
    yield "|---|---|---|---|---|"
    for key in keys:
        yield "| `%s` | %s | %s | %s | %s |" % (key.path, value_words(key, code), key.doc, MERGES[key.merge],
                                                 state(key, code))


def alias_table(aliases):
    yield "| Name | Key |"
    yield "|---|---|"
    for alias in aliases:
        yield "| `%s` | `%s` |" % (alias.path, alias.canonical)


# ---- mdoc ----


def plain(word):
    return word


def escape(text):
    text = text.replace("\\", "\\e")
    return "\\&" + text if text[:1] in (".", "'") else text


def man_item(key):
    yield ".It Cm %s Pq %s" % (escape(key.path), escape(value_words(key, plain)))
    words = state(key, plain)
    yield escape(key.doc[0].upper() + key.doc[1:] + ("; %s." % words if words else "."))


def man_keys(keys):
    """A list for each section, under its name."""
    sections = [key.path for key in keys if "." not in key.path]
    yield ".Bl -tag -width Ds"
    for section in sections:
        for key in keys:
            if key.path == section or key.path.startswith(section + "."):
                yield from man_item(key)
    yield ".El"


def man_aliases(aliases):
    yield ".Bl -column \"network.external_proxy_bypass\" \"filesystem.suppress_save_prompt\" -compact"
    for alias in aliases:
        yield ".It Cm %s Ta Cm %s" % (escape(alias.path), escape(alias.canonical))
    yield ".El"


def parts(root):
    """(file, how a comment begins and ends there, {name of a part: its lines})"""
    keys, aliases = load(root)
    yield "docs/format/profile.md", ("<!-- ", " -->"), {"keys": key_table(keys), "names": alias_table(aliases)}
    yield "docs/man/nono-profile.5", (".\\\" ", ""), {"keys": man_keys(keys), "names": man_aliases(aliases)}


def fill(name, text, marks, lines_of):
    for part, lines in lines_of.items():
        begin, end = ("%sgenkeys: %s%s" % (marks[0], what, marks[1]) for what in (part, "end of " + part))
        if text.count(begin + "\n") != 1 or text.count(end + "\n") != 1:
            sys.exit("genkeys: %s needs the lines '%s' and '%s'" % (name, begin, end))
        head, rest = text.split(begin + "\n")
        text = head + begin + "\n" + "\n".join(lines) + "\n" + end + "\n" + rest.split(end + "\n")[1]
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--docs", action="store_true")
    what.add_argument("--check", action="store_true")
    args = parser.parse_args()
    for name, marks, lines_of in parts(ROOT):
        path = ROOT / name
        old = path.read_text(encoding="utf-8")
        new = fill(name, old, marks, lines_of)
        if new != old and args.check:
            sys.exit("genkeys: %s is out of date; run tools/genkeys.py --docs" % name)
        if new != old:
            path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
