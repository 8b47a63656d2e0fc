# SPDX-License-Identifier: Apache-2.0
"""Reads the policy data under data/ and checks it: form, names, paths, and that no grant meets what is protected."""
import json
import re

PLATFORMS = ("linux", "macos")
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
PROFILE_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
COMMAND = re.compile(r"[a-z0-9][a-z0-9.+_-]*\Z")
ROOTED = re.compile(r"(/|~/|\$(HOME|TMPDIR|XDG_(CONFIG|DATA|STATE|CACHE)_HOME)(/|\Z))")
KINDS = ("read", "write", "readwrite")


class DataError(Exception):
    """Something in the data that must be put right."""


def fail(where, what):
    raise DataError("%s: %s" % (where, what))


# ---- reading ----


def no_duplicates(pairs):
    keys = [k for k, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError("key '%s' is there twice" % key)
    return dict(pairs)


def read_json(path):
    try:
        text = path.read_text(encoding="ascii")
        return json.loads(text, object_pairs_hook=no_duplicates)
    except ValueError as error:
        return fail(path.name, error)


def check_object(where, value, types):
    """A dict with no keys but those in types, each of its type. A key that ends in ! must be there."""
    if not isinstance(value, dict):
        fail(where, "must be an object")
    known = {key.rstrip("!"): kind for key, kind in types.items()}
    for key, item in value.items():
        if key not in known:
            fail(where, "unknown key '%s'" % key)
        if not isinstance(item, known[key]) or (isinstance(item, bool) and known[key] is int):
            fail("%s.%s" % (where, key), "has the wrong type")
    for key in types:
        if key.endswith("!") and key[:-1] not in value:
            fail(where, "needs '%s'" % key[:-1])


def check_list(where, items, check=None):
    if not isinstance(items, list) or not items:
        fail(where, "must be a list with something in it")
    for item in items:
        if not isinstance(item, str):
            fail(where, "%r is not a string" % (item,))
        if items.count(item) > 1:
            fail(where, "'%s' is there twice" % item)
        if check:
            check(where, item)


def check_path(where, path):
    if not ROOTED.match(path):
        fail(where, "'%s' must begin with /, ~/ or a known variable" % path)
    parts = path.split("/")
    if (path != "/" and path.endswith("/")) or "" in parts[1:] or "." in parts or ".." in parts:
        fail(where, "'%s' must be written without empty parts, . and .." % path)
    if not path.isprintable() or any(c in path for c in "*?[]\\"):
        fail(where, "'%s' has characters that are not for paths here" % path)


def check_command(where, name):
    if not COMMAND.match(name):
        fail(where, "'%s' is not a command's name" % name)


# ---- groups ----

GROUP_KEYS = {"description!": str, "platform": str, "base": bool, "required": bool, "allow": dict, "deny": dict,
              "symlink_pairs": dict}
DENY_KEYS = {"access": list, "write": list, "commands": list, "unlink": bool, "unlink_override_for_user_writable": bool}


def check_description(where, text):
    if not text or not text[0].isalnum() or text.endswith(".") or len(text) > 100 or "|" in text:
        fail(where, "one short line without a full stop is needed")


def check_platform(where, name, group):
    platform = group.get("platform")
    if platform is not None and platform not in PLATFORMS:
        fail(where, "platform must be one of %s" % ", ".join(PLATFORMS))
    for word in PLATFORMS:
        if word in name.split("_") and platform != word:
            fail(where, "its name says %s, its platform does not" % word)


def check_group(name, group):
    where = "groups.%s" % name
    if not NAME.match(name):
        fail(where, "is not a group's name")
    check_object(where, group, GROUP_KEYS)
    check_description(where, group["description"])
    check_platform(where, name, group)
    if "allow" not in group and "deny" not in group:
        fail(where, "neither allows nor denies anything")
    check_object(where + ".allow", group.get("allow", {}), {kind: list for kind in KINDS})
    for kind, paths in group.get("allow", {}).items():
        check_list("%s.allow.%s" % (where, kind), paths, check_path)
    deny = group.get("deny", {})
    check_object(where + ".deny", deny, DENY_KEYS)
    for kind in ("access", "write"):
        if kind in deny:
            check_list("%s.deny.%s" % (where, kind), deny[kind], check_path)
    if "commands" in deny:
        check_list(where + ".deny.commands", deny["commands"], check_command)
    for pair in group.get("symlink_pairs", {}).items():
        for path in pair:
            check_path(where + ".symlink_pairs", path)
    if group.get("required") and not (group.get("base") and "access" in deny):
        fail(where, "only base groups that deny paths can be required")
    one_kind_each(where, group.get("allow", {}))


def one_kind_each(where, allow):
    seen = {}
    for kind, paths in allow.items():
        for path in paths:
            if path in seen:
                fail(where, "'%s' is under %s and %s" % (path, seen[path], kind))
            seen[path] = kind


def load_groups(root):
    data = read_json(root / "data" / "groups.json")
    check_object("groups.json", data, {"version!": int, "groups!": dict, "aliases!": dict, "never_grant!": list})
    if data["version"] != 1:
        fail("groups.json", "version must be 1")
    for name, group in data["groups"].items():
        check_group(name, group)
    for name, targets in data["aliases"].items():
        where = "aliases.%s" % name
        if not NAME.match(name) or name in data["groups"]:
            fail(where, "is not a name, or is a group's")
        check_list(where, targets)
        for target in targets:
            if target not in data["groups"]:
                fail(where, "there is no group '%s'" % target)
    check_list("never_grant", data["never_grant"], check_path)
    return data


# ---- profiles ----

PROFILE_KEYS = {
    "extends": str, "meta!": dict, "groups": dict, "commands": dict, "security!": dict, "filesystem": dict,
    "network!": dict, "workdir!": dict, "hooks": dict, "open_urls": dict, "allow_launch_services": bool,
    "rollback": dict, "interactive": bool,
}
SECTION_KEYS = {
    "meta": {"name!": str, "version!": str, "description!": str, "author!": str},
    "groups": {"include!": list},
    "commands": {"allow!": list},
    "security": {"signal_mode!": str, "ipc_mode": str, "capability_elevation": bool},
    "filesystem": {"allow": list, "read": list, "write": list, "allow_file": list, "read_file": list,
                   "write_file": list, "bypass_protection": list},
    "network": {"block!": bool},
    "workdir": {"access!": str},
    "open_urls": {"allow_origins!": list, "allow_localhost": bool},
    "rollback": {"exclude_patterns": list, "exclude_globs": list},
}
VALUES = {
    ("security", "signal_mode"): ("isolated", "allow_same_sandbox", "allow_all"),
    ("security", "ipc_mode"): ("shared_memory_only", "full"),
    ("workdir", "access"): ("none", "read", "write", "readwrite"),
}


def entry_parts(where, entry):
    """A path entry, plain or {"path", "when"}, as (path, platform or None)."""
    if isinstance(entry, str):
        return entry, None
    check_object(where, entry, {"path!": str, "when!": str})
    if entry["when"] not in PLATFORMS:
        fail(where, "when must be one of %s" % ", ".join(PLATFORMS))
    return entry["path"], entry["when"]


def check_filesystem(where, section):
    for key, entries in section.items():
        here = "%s.filesystem.%s" % (where, key)
        paths = [entry_parts(here, entry)[0] for entry in entries]
        check_list(here, paths, check_path)


def check_sections(where, profile):
    for section, types in SECTION_KEYS.items():
        check_object("%s.%s" % (where, section), profile.get(section, {}), types if section in profile else {})
    for (section, key), values in VALUES.items():
        value = profile[section].get(key)
        if value is not None and value not in values:
            fail("%s.%s.%s" % (where, section, key), "must be one of %s" % ", ".join(values))
    for name, hook in profile.get("hooks", {}).items():
        check_object("%s.hooks.%s" % (where, name), hook, {"event!": str, "matcher!": str, "script!": str})
    for section, key in (("rollback", "exclude_patterns"), ("rollback", "exclude_globs"),
                         ("open_urls", "allow_origins")):
        if key in profile.get(section, {}):
            check_list("%s.%s.%s" % (where, section, key), profile[section][key])


def check_profile(name, profile, groups):
    check_object(name, profile, PROFILE_KEYS)
    check_sections(name, profile)
    if not PROFILE_NAME.match(name) or profile["meta"]["name"] != name:
        fail(name, "meta.name must be the file's name")
    check_description(name + ".meta.description", profile["meta"]["description"])
    if profile.get("extends") != (None if name == "default" else "default"):
        fail(name, "every built-in profile but default extends default")
    if profile["network"]["block"]:
        fail(name, "built-in profiles leave the network open")
    if "groups" in profile:
        check_list(name + ".groups.include", profile["groups"]["include"])
        for group in profile["groups"]["include"]:
            if group not in groups:
                fail(name, "there is no group '%s'" % group)
            if groups[group].get("base"):
                fail(name, "group '%s' is in the base of every profile" % group)
    if "commands" in profile:
        check_list(name + ".commands.allow", profile["commands"]["allow"], check_command)
    check_filesystem(name, profile.get("filesystem", {}))


def load_profiles(root, groups):
    profiles = {}
    for path in sorted((root / "data" / "profiles").glob("*.json")):
        profiles[path.stem] = read_json(path)
        check_profile(path.stem, profiles[path.stem], groups)
    if "default" not in profiles:
        fail("profiles", "there is no default")
    return profiles


# ---- no grant may hold, or lie in, what is protected ----

# The variables' defaults: any home directory outside the system's own directories gives the same answers.
EXAMPLE = {"HOME": "/home/u", "TMPDIR": "/tmp", "XDG_CONFIG_HOME": "/home/u/.config",
           "XDG_DATA_HOME": "/home/u/.local/share", "XDG_STATE_HOME": "/home/u/.local/state",
           "XDG_CACHE_HOME": "/home/u/.cache", "UID": "1000"}
OWN_STATE = ("~/.nono", "$XDG_STATE_HOME/nono")
OWN_CONFIG = "$XDG_CONFIG_HOME/nono"


def expand(path):
    if path.startswith("~/"):
        path = "$HOME" + path[1:]
    return re.sub(r"\$([A-Z][A-Z0-9_]*)", lambda m: EXAMPLE[m.group(1)], path)


def within(path, directory):
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def meet(a, b):
    return within(a, b) or within(b, a)


def on_linux(platform):
    return platform in (None, "linux")


def denied_paths(groups):
    """(path, what it is) of everything that is denied on Linux."""
    for name, group in groups.items():
        if on_linux(group.get("platform")):
            for path in group.get("deny", {}).get("access", []):
                yield path, "denied by " + name
    for path in OWN_STATE:
        yield path, "nono's own state"


def linux_grants(groups, profiles):
    """(where, path, writes) of everything that is granted on Linux."""
    for name, group in groups.items():
        if on_linux(group.get("platform")):
            for kind, paths in group.get("allow", {}).items():
                for path in paths:
                    yield "group " + name, path, kind != "read"
    for name, profile in profiles.items():
        for key, entries in profile.get("filesystem", {}).items():
            for entry in entries:
                path, when = entry_parts(name, entry)
                if on_linux(when) and key != "bypass_protection":
                    yield "profile " + name, path, not key.startswith("read")


def check_conflicts(groups, profiles):
    denied = list(denied_paths(groups))
    for where, path, writes in linux_grants(groups, profiles):
        for other, what in denied + ([(OWN_CONFIG, "nono's configuration")] if writes else []):
            if meet(expand(path), expand(other)):
                fail(where, "'%s' overlaps '%s', %s" % (path, other, what))


def load(root):
    data = load_groups(root)
    profiles = load_profiles(root, data["groups"])
    check_conflicts(data["groups"], profiles)
    return data, profiles
