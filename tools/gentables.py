#!/usr/bin/env python3
# gentables.py - what the documentation repeats of the tables of commands and options.  SPDX-License-Identifier: Apache-2.0
"""  gentables.py --docs    write the parts between the marks in docs/man/nono.1 and docs/guide/compatibility.md
  gentables.py --check   fail if one of them is out of date
"""
import argparse
import re
import sys
import textwrap

sys.dont_write_bytecode = True  # the source tree stays as it is
import deftables  # noqa: E402
from deftables import EVERY, ROOT  # noqa: E402
from surface import Surface  # noqa: E402

# ---- the manual ----


def escape(text):
    return re.sub(r'(?<!\S)--(?!\S)', r'\\-\\-', text.replace('\\', r'\e'))


def mdoc_text(text):
    """A sentence begins a line."""
    for part in re.split(r'(?<=[.:]) (?=[A-Z(])', escape(text)):
        for line in textwrap.wrap(part, 78, break_long_words=False, break_on_hyphens=False):
            yield ('\\&' if line.startswith(('.', "'")) else '') + line


def sentence(text):
    text = text[0].upper() + text[1:]
    return text if text.endswith(('.', '?')) else text + '.'


def mdoc_word(text):
    """A word on a line of macros, as text whatever it is."""
    return '"%s"' % escape(text).replace('"', '""')


def man_commands(tables):
    for command in tables.commands:
        if not command.summary:
            continue
        yield f'.It Ic {command.name} No {mdoc_word(command.usage)}'
        yield from mdoc_text(command.text)


def names_of(tables, option):
    """The commands that know an option; '' for all, and for nono itself."""
    if option.commands is EVERY or 'NONE' in option.commands:
        return ''
    return ', '.join(c.name for c in tables.commands if c.id in option.commands)


def man_options(tables):
    is_open = False
    for option in tables.options:
        if option.title:
            if is_open:
                yield '.El'
            is_open = True
            yield f'.Ss {option.title}'
            yield '.Bl -tag -width Ds'
            continue
        if option.kind == 'NO_EFFECT':
            continue
        letter = f'Fl {option.letter} , ' if option.letter else ''
        value = f' Ar {option.metavar}' if option.metavar else ''
        names = names_of(tables, option)
        yield f'.It {letter}Fl -{option.name}{value}'
        yield from mdoc_text(sentence(option.help) + (f' ({names})' if names else ''))
    yield '.El'
    quiet = [o for o in tables.options if o.kind == 'NO_EFFECT']
    if quiet:
        yield '.Ss Accepted without effect'
        yield 'They ask for what is so anyway, or belong to something that is not built:'
        for i, option in enumerate(quiet):
            yield f'.Fl -{option.name} {"." if i == len(quiet) - 1 else ","}'
    if tables.aliases:
        yield '.Ss Older spellings'
        yield '.Bl -column "--allow-unix-socket-subtree-bind"'
        for older, name in sorted(tables.aliases.items()):
            yield f'.It Fl -{older} Ta is Fl -{name}'
        yield '.El'


def man_environment(tables):
    for option in tables.options:
        if option.environment and option.kind != 'NO_EFFECT':
            yield f'.It Ev {option.environment}'
            yield 'If true, as option' if option.kind == 'SWITCH' else 'As option'
            yield f'.Fl -{option.name} .'
    yield '.It Ev ' + ' , '.join(later.environment for later in tables.later_options if later.environment)
    yield 'Known, and not built yet: a run with one of them set refuses to start.'


# ---- compatibility ----

MARKS = {'works': 'yes', 'no effect': 'no effect', 'not yet': 'not yet'}


def one_table(surface, tables, names, titles):
    """Options as rows, commands as columns."""
    states = {}
    for name in names:
        for option in surface.options(name):
            states.setdefault(option, {})[name] = surface.state(tables, name, option)
    yield f'| option | {" | ".join(titles)} |'
    yield '|---' * (len(names) + 1) + '|'
    for option, by_name in states.items():
        cells = (MARKS[by_name[name]] if name in by_name else '–' for name in names)
        yield f'| {code(option)} | {" | ".join(cells)} |'


def code(option):
    """'--allow, -a DIR' as code, each spelling for itself."""
    return ', '.join(f'`{part}`' for part in option.split(', '))


def other_commands(surface, tables, names):
    yield '| command | state | its options |'
    yield '|---|---|---|'
    for name in names:
        command = ' '.join(filter(None, [name, surface.operands(name)]))
        state = surface.command_state(tables, name)
        states = {o: surface.state(tables, name, o) for o in surface.options(name)}
        words = [code(o) + ('' if s == state else f' ({MARKS[s]})') for o, s in states.items()]
        also = ''.join(f', `{alias}`' for alias in surface.aliases(name))
        yield f'| `{command}`{also} | {MARKS[state]} | {"; ".join(words)} |'


def variables(surface, tables):
    yield '| variable | state |'
    yield '|---|---|'
    for name in surface.environment:
        yield f'| `{name}` | {MARKS[surface.variable_state(tables, name)]} |'


def compatibility(tables):
    surface = Surface()
    running = ['run', 'shell', 'wrap']
    rest = [name for name in surface.commands if name not in running and name]
    yield ROOT / 'docs' / 'guide' / 'compatibility.md', '<!-- gentables: %s -->', {
        'running': one_table(surface, tables, running, [f'`{name}`' for name in running]),
        'alone': one_table(surface, tables, [''], ['`nono`']),
        'commands': other_commands(surface, tables, rest),
        'variables': variables(surface, tables)}


# ---- the files ----


def outputs(tables):
    """(path, its mark, {part: lines})"""
    yield ROOT / 'docs' / 'man' / 'nono.1', '.\\" gentables: %s', {
        'commands': man_commands(tables), 'options': man_options(tables), 'environment': man_environment(tables)}
    yield from compatibility(tables)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument('--docs', action='store_true')
    what.add_argument('--check', action='store_true')
    args = parser.parse_args()
    tables, stale = deftables.load(), 0
    for path, mark, parts in outputs(tables):
        old = path.read_text(encoding='utf-8')
        new = deftables.fill(old, parts, mark)
        if new == old:
            continue
        if args.docs:
            path.write_text(new, encoding='utf-8')
        else:
            print(f'{path.relative_to(ROOT)} is out of date; run tools/gentables.py --docs', file=sys.stderr)
            stale = 1
    return stale


if __name__ == '__main__':
    sys.exit(main())
