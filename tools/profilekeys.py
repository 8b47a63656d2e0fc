# SPDX-License-Identifier: Apache-2.0
"""Reads src/policy/profile_keys.def, the table of profile keys."""
import re

# A C string (or several after each other), or a run of anything else; brackets are counted by split_arguments.
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[^"]')


def split_arguments(text):
    """The arguments of a macro call, whose text begins after its opening bracket; and how long that text is."""
    parts, depth, at = [""], 1, 0
    for found in TOKEN.finditer(text):
        token, at = found.group(), found.end()
        if token[0] != '"':
            depth += (token == "(") - (token == ")")
            if depth == 0:
                break
            if token == "," and depth == 1:
                parts.append("")
                continue
        parts[-1] += token
    return [part.strip() for part in parts], at


def string(text):
    """The value of a C string."""
    return re.sub(r"\\(.)", r"\1", "".join(re.findall(r'"((?:\\.|[^"\\])*)"', text)))


class Key:
    """One row: path, kind, merge, cls (of NONO_KIND_*, ...), doc, and the designated initializers as text in more."""

    def __init__(self, path, arguments):
        self.path = path
        self.kind, self.merge, self.cls = arguments[0], arguments[2], arguments[3]
        self.doc = string(arguments[4])
        self.more = dict(re.fullmatch(r"\.(\w+) = (.+)", part, re.S).groups() for part in arguments[5:])

    def flag(self, name):
        return self.more.get(name) == "true"

    def words(self):
        """Of an enum: (word, does it ask for something that is not built)."""
        for word in string(self.more["words"]).split("|"):
            yield word.lstrip("!"), word.startswith("!")

    def when_key(self):
        return string(self.more["when_key"]) if "when_key" in self.more else None


class Alias:
    def __init__(self, path, canonical, moved):
        self.path, self.canonical, self.moved = path, canonical, moved


def load(root):
    """(keys, aliases) in the order of the table."""
    text = (root / "src" / "policy" / "profile_keys.def").read_text(encoding="ascii")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    keys, aliases, at = [], [], 0
    call = re.compile(r"\s*(TOP|KEY|TOP_ALIAS|ALIAS|MOVED)\(")
    while text[at:].strip():
        found = call.match(text, at)
        if not found:
            raise ValueError("profile_keys.def: not a row: %r" % text[at:].strip()[:60])
        arguments, used = split_arguments(text[found.end():])
        at = found.end() + used
        name = found.group(1)
        if name == "TOP":
            keys.append(Key(string(arguments[0]), arguments[1:]))
        elif name == "KEY":
            keys.append(Key(string(arguments[0]) + "." + string(arguments[1]), arguments[2:]))
        elif name == "TOP_ALIAS":
            aliases.append(Alias(string(arguments[0]), string(arguments[1]), False))
        else:
            path = string(arguments[0]) + "." + string(arguments[1])
            aliases.append(Alias(path, string(arguments[2]), name == "MOVED"))
    return keys, aliases
