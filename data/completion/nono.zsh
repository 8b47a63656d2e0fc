# The part of zsh's completion that is not made of tables: see src/cli/completion_zsh.c.
# SPDX-License-Identifier: Apache-2.0

_nono_profiles() {
	local -a names
	if [[ $PREFIX == */* ]]; then
		_files -g '*.json(|c)'
		return
	fi
	names=($_nono_builtin_profiles ${XDG_CONFIG_HOME:-$HOME/.config}/nono/profiles/[a-zA-Z0-9]*.json(|c)(N:t:r))
	compadd -a names
}

_nono_groups() {
	compadd -a _nono_builtin_groups
}

# The first plain word: a command, one of a group, or, after options of run, a program.
_nono_first() {
	local -a names
	if [[ -n $runs ]]; then
		_normal
	elif [[ -n $group ]]; then
		names=(${=_nono_group_commands[$group]})
		compadd -a names
	else
		_describe -t commands 'command' _nono_commands
	fi
}

_nono() {
	local word command= group= runs= at=0
	local -a specs
	integer i=2
	while ((i < CURRENT)); do
		word=$words[i]
		case $word in
		--)
			runs=run
			break ;;
		-?*)
			case $word in
			--silent | -s | --theme* | --log-file* | --help | -h | --version | -V) ;;
			*) runs=run ;;
			esac
			(($_nono_takes_value[(Ie)$word])) && ((i++)) ;;
		help) ;;
		*)
			[[ -n $runs && -z $group ]] && break
			if [[ -n $group ]]; then
				command="$group $word"
			elif ((${+_nono_group_commands[$word]})); then
				group=$word
			else
				command=$word
			fi
			at=$i
			[[ -n $command ]] && break ;;
		esac
		((i++))
	done
	if ((at)); then
		shift $((at - 1)) words
		((CURRENT -= at - 1))
	fi
	_nono_specs "$command"
	[[ -z $command ]] && specs+=('(-)*:::word:_nono_first')
	_arguments -s -S : $specs
}

if [[ $funcstack[1] == _nono ]]; then
	_nono "$@"
else
	compdef _nono nono
fi
