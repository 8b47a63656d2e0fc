# The part of bash's completion that is not made of tables: see src/cli/completion_bash.c.
# SPDX-License-Identifier: Apache-2.0

_nono_reply() { # what compgen prints
	mapfile -t COMPREPLY < <(compgen "$@" -- "$cur")
}

# The command line of the program to run begins at word $1.
_nono_program() {
	if ((COMP_CWORD == $1)); then
		if [[ $cur == */* ]]; then compopt -o filenames; _nono_reply -f; else _nono_reply -c; fi
	elif declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	else
		compopt -o filenames
		_nono_reply -f
	fi
}

_nono_offer() { # by $kind
	local names file
	case $kind in
	dirs) compopt -o filenames; _nono_reply -d ;;
	files) compopt -o filenames; _nono_reply -f ;;
	profiles)
		names=$_nono_profiles
		for file in "${XDG_CONFIG_HOME:-$HOME/.config}"/nono/profiles/*.json{,c}; do
			file=${file##*/}
			[[ $file == [a-zA-Z0-9]*.json* ]] && names+=" ${file%.json*}"
		done
		if [[ $cur == */* ]]; then compopt -o filenames; _nono_reply -f; else _nono_reply -W "$names"; fi ;;
	groups) _nono_reply -W "$_nono_groups" ;;
	programs) _nono_reply -c ;;
	words) _nono_reply -W "$words" ;;
	esac
}

# Commands, or those of the group $1.
_nono_offer_commands() {
	local name names=
	for name in $_nono_commands; do
		if [[ $1 ]]; then
			[[ $name == "$1":* ]] && names+=" ${name#*:}"
		else
			names+=" ${name%%:*}"
		fi
	done
	_nono_reply -W "$names"
}

_nono() {
	local cur=${COMP_WORDS[COMP_CWORD]} word command= group= runs= options kind words i=1
	[[ $cur == = ]] && cur=
	while ((i < COMP_CWORD)); do
		word=${COMP_WORDS[i]}
		if [[ $word == -- ]]; then
			_nono_words "${command:-run}"
			if [[ $kind == programs ]]; then _nono_program $((i + 1)); else _nono_offer; fi
			return
		elif [[ $word == -?* ]]; then
			case $word in --silent|-s|--theme|--log-file|--help|-h|--version|-V) ;; *) runs=run ;; esac
			if _nono_about "$command" "$word"; then
				[[ ${COMP_WORDS[i + 1]} == = ]] && ((i++))
				((i++))
			fi
		elif [[ -z $command && -z $group && $runs ]]; then
			_nono_program "$i"
			return
		elif [[ -z $command && $word != help ]]; then
			if [[ $group ]]; then command="$group $word"
			elif [[ " $_nono_commands " == *" $word:"* ]]; then group=$word
			else command=$word; fi
		elif [[ $command ]]; then
			_nono_words "$command"
			[[ $kind == programs ]] && { _nono_program "$i"; return; }
		fi
		((i++))
	done
	if ((i > COMP_CWORD)); then
		_nono_offer
	elif [[ $cur == -* ]]; then
		_nono_about "$command" ''
		_nono_reply -W "$options"
	elif [[ $command ]]; then
		_nono_words "$command"
		if [[ $kind == programs ]]; then _nono_program "$i"; else _nono_offer; fi
	elif [[ $runs && -z $group ]]; then
		_nono_program "$i"
	else
		_nono_offer_commands "$group"
	fi
}

complete -F _nono nono
