# The part of fish's completion that is not made of tables: see src/cli/completion_fish.c.
# SPDX-License-Identifier: Apache-2.0

# Where the cursor is. __nono_state is one of: bare (no command yet), start (options of run, no command), a command's
# name, group:NAME, or program; __nono_at is where a program's own command line begins.
function __nono_parse
    set -l tokens (commandline -opc)
    set -l i 2
    set -g __nono_state bare
    while test $i -le (count $tokens)
        set -l token $tokens[$i]
        set -g __nono_at $i
        if test "$token" = --
            set __nono_at (math $i + 1)
            contains -- $__nono_state bare start $__nono_line_commands; and set __nono_state program
            return
        else if string match -q -- '-?*' $token
            if contains -- $token $__nono_takes_value
                set i (math $i + 1)
            end
            if test $__nono_state = bare
                and not string match -qr -- '^(--silent|-s|--theme.*|--log-file.*|--help|-h|--version|-V)$' $token
                set __nono_state start
            end
        else if contains -- $__nono_state start $__nono_line_commands
            set __nono_state program
            return
        else if string match -q 'group:*' $__nono_state
            set __nono_state (string replace 'group:' '' $__nono_state):$token
        else if test $__nono_state = bare -a $token != help
            if contains -- $token $__nono_command_groups
                set __nono_state group:$token
            else
                set __nono_state $token
            end
        end
        set i (math $i + 1)
    end
    set -g __nono_at $i
end

# Options of run can be given before any command.
function __nono_in
    __nono_parse
    contains -- $__nono_state $argv; and return
    test $__nono_state = bare; and contains -- start $argv
end

function __nono_in_program
    __nono_parse
    contains -- $__nono_state program start $__nono_line_commands
end

# What the program's own completion offers.
function __nono_program
    set -l tokens (commandline -opc)
    set -l words
    test $__nono_at -le (count $tokens); and set words (string escape -- $tokens[$__nono_at..-1])
    set -l line (string join ' ' -- $words (commandline -ct))
    complete --do-complete="$line"
end

function __nono_profiles
    if string match -q '*/*' -- (commandline -ct)
        __fish_complete_path (commandline -ct)
        return
    end
    set -l dir $XDG_CONFIG_HOME
    test -n "$dir"; or set dir $HOME/.config
    for file in $dir/nono/profiles/*.json $dir/nono/profiles/*.jsonc
        string replace -r '^.*/(.*)\.jsonc?$' '$1' -- $file
    end
    string split ' ' -- $__nono_builtin_profiles
end

function __nono_groups
    string split ' ' -- $__nono_builtin_groups
end

complete -c nono -f
complete -c nono -n __nono_in_program -a '(__nono_program)'
