# surface.py - the command line of an earlier release, and what of it works.  SPDX-License-Identifier: Apache-2.0
"""For the table of compatibility and its test. The states: works, no effect (accepted), not yet (refused by name)."""
import json

from deftables import ROOT, takes


class Surface:
    def __init__(self, path=ROOT / 'data' / 'surface-0.39.json'):
        data = json.loads(path.read_text(encoding='utf-8'))
        self.sets, self.commands, self.environment = data['sets'], data['commands'], data['environment']

    def options(self, name):
        """'--allow, -a DIR' ..."""
        command = self.commands[name]
        return [o for s in command.get('sets', []) for o in self.sets[s]] + command.get('options', [])

    def operands(self, name):
        return self.commands[name].get('operands', '')

    def aliases(self, name):
        return self.commands[name].get('aliases', [])

    @staticmethod
    def spellings(option):
        """(['--allow', '-a'], ['DIR'])"""
        names, _, values = option.partition(' ')
        while names.endswith(','):
            name, _, values = values.partition(' ')
            names += name
        return names.split(','), values.split()

    @staticmethod
    def current(tables, name):
        """The row of a command, by any of its names; None where there is none."""
        words = name.split(' ')
        words[0] = tables.others.get(words[0], words[0])
        full = tables.others.get(' '.join(words), ' '.join(words))
        return next((c for c in tables.commands if c.name == full), None)

    def command_state(self, tables, name):
        if name in ('', 'help') or self.current(tables, name):
            return 'works'
        if name.split(' ')[0] in tables.later_commands:
            return 'not yet'
        raise ValueError(f'nono {name} was there in an earlier release and is in no table now')

    def state(self, tables, name, option):
        if self.command_state(tables, name) == 'not yet':
            return 'not yet'
        command = self.current(tables, name)
        states = {self.spelling_state(tables, command.id if command else 'NONE', s) for s in self.spellings(option)[0]}
        states.discard(None)
        if len(states) != 1:
            raise ValueError(f'nono {name}: the spellings of {option} differ: {states}')
        return states.pop()

    @staticmethod
    def spelling_state(tables, command_id, spelling):
        """None for a letter whose long option tells."""
        for o in tables.options:
            if takes(o, command_id) and spelling in (f'--{o.name}', f'-{o.letter}'):
                return 'no effect' if o.kind == 'NO_EFFECT' else 'works'
        name = spelling.lstrip('-')
        if spelling.startswith('--') and name in tables.aliases:
            return Surface.spelling_state(tables, command_id, '--' + tables.aliases[name])
        if not spelling.startswith('--') or any(later.name == name for later in tables.later_options):
            return 'not yet' if spelling.startswith('--') else None
        raise ValueError(f'{spelling} was there in an earlier release and is in no table now')

    @staticmethod
    def variable_state(tables, name):
        if any(o.environment == name for o in tables.options):
            return 'works'
        return 'not yet'
