# deftables.py - the tables of commands and options, read from their .def files.  SPDX-License-Identifier: Apache-2.0
"""For what repeats them: the manual, the table of compatibility."""
import re
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

Command = namedtuple('Command', 'id name operands least most function usage summary text')
Option = namedtuple('Option', 'name letter metavar environment commands kind field help title')
Later = namedtuple('Later', 'name environment')
Tables = namedtuple('Tables', 'commands groups others later_commands options aliases later_options')

EVERY = None  # of Option.commands


def rows(path):
    """(macro, [arguments as written]) of each row, and the #defines as {name: text}."""
    text = re.sub(r'/\*.*?\*/', '', path.read_text(encoding='utf-8'), flags=re.S)
    defines = dict(re.findall(r'^#define (\w+) (.*)$', text, re.M))
    text = re.sub(r'^#.*$', '', text, flags=re.M)
    token = re.compile(r'"(?:\\.|[^"\\])*"|\'.\'|[(),]|[^"\'(),]+')
    found, depth, macro, args = [], 0, '', []
    for part in token.findall(text):
        if part == '(' and depth == 0:
            depth, args = 1, ['']
        elif depth == 1 and part == ')':
            depth = 0
            found.append((macro.strip(), [a.strip() for a in args]))
            macro = ''
        elif depth == 1 and part == ',':
            args.append('')
        elif depth:
            depth += (part == '(') - (part == ')')
            args[-1] += part
        else:
            macro = part
    return found, defines


def string(arg):
    """Adjacent string literals, a letter, or None for NULL and 0."""
    if arg.startswith("'"):
        return arg[1]
    if not arg.startswith('"'):
        return None
    return ''.join(re.sub(r'\\(.)', r'\1', part) for part in re.findall(r'"((?:\\.|[^"\\])*)"', arg))


def mask(arg, defines):
    """The ids in an expression of C(id), its macros and |; EVERY for all."""
    ids = set()
    for word in re.findall(r'C\(\w+\)|\w+', arg):
        if word.startswith('C('):
            ids.add(word[2:-1])
        elif word == 'EVERY':
            return EVERY
        else:
            ids |= mask(defines[word].replace(word, ''), defines) if word in defines else set()
    return ids


def load(root=ROOT):
    tables = Tables([], {}, {}, [], [], {}, [])
    found, _ = rows(root / 'src' / 'cli' / 'commands.def')
    for macro, args in found:
        if macro == 'COMMAND':
            tables.commands.append(Command(args[0], string(args[1]), args[2], int(args[3]), int(args[4]), args[5], *map(string, args[6:])))
        elif macro == 'GROUP':
            tables.groups[string(args[0])] = string(args[1])
        elif macro == 'OTHER':
            tables.others[string(args[0])] = string(args[1])
        elif macro == 'LATER':
            tables.later_commands.append(string(args[0]))
    found, defines = rows(root / 'src' / 'cli' / 'options.def')
    for macro, args in found:
        if macro == 'GROUP':
            tables.options.append(Option(None, None, None, None, set(), None, None, None, string(args[0])))
        elif macro == 'OPTION':
            name, letter, metavar, environment = map(string, args[:4])
            tables.options.append(Option(name, letter, metavar, environment, mask(args[4], defines), args[5], args[6], string(args[7]), None))
        elif macro == 'ALIAS':
            tables.aliases[string(args[0])] = string(args[1])
        elif macro == 'LATER':
            tables.later_options.append(Later(string(args[0]), string(args[1])))
    return tables


def takes(option, command_id):
    """Does a command take this option?"""
    return option.name is not None and (option.commands is EVERY or command_id in option.commands)


def fill(text, parts, mark):
    """Puts each part's lines between its two marks: @mark % 'name' and @mark % 'end of name'."""
    for name, lines in parts.items():
        begin, end = mark % name, mark % ('end of ' + name)
        if text.count(begin + '\n') != 1 or text.count(end) != 1:
            raise ValueError(f'the marks of {name!r} must be there once')
        head, rest = text.split(begin + '\n')
        text = head + begin + '\n' + ''.join(line + '\n' for line in lines) + end + rest.split(end, 1)[1]
    return text
