// SPDX-License-Identifier: Apache-2.0

/// What each shell has to be told. All they do is to ask `hostctl __complete`.
enum CompletionScript {
    /// The shells there is one for.
    static let shells = ["bash", "zsh", "fish"]

    /// The script of a shell.
    static func text(of shell: String) -> String? {
        switch shell {
        case "bash": bash
        case "zsh": zsh
        case "fish": fish
        default: nil
        }
    }

    /// bash takes words apart at : = and @, too: what stands before the last of them is not part of the reply.
    private static let bash = #"""
        # bash completion for hostctl. Source it, or write it to /usr/share/bash-completion/completions/hostctl
        _hostctl() {
            local line="${COMP_LINE:0:COMP_POINT}" current kept candidate
            local -a words candidates
            read -ra words <<<"$line"
            [[ $line == *[[:space:]] ]] && words+=("")
            current="${words[${#words[@]} - 1]}"
            kept=""
            [[ $current == *[:=@]* ]] && kept="${current%"${current##*[:=@]}"}"
            mapfile -t candidates < <("${1/#\~\//$HOME/}" __complete "${words[@]:1}" 2>/dev/null)
            COMPREPLY=()
            if [[ ${candidates[0]-} == ":files" ]]; then
                compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(compgen -f -- "${current#*=}")
                return
            fi
            for candidate in "${candidates[@]}"; do
                candidate="${candidate%%$'\t'*}"
                COMPREPLY+=("${candidate#"$kept"}")
            done
        }
        complete -F _hostctl hostctl
        """#

    private static let zsh = #"""
        #compdef hostctl
        # zsh completion for hostctl. Source it after compinit, or write it to a folder of $fpath as _hostctl
        _hostctl() {
            local -a candidates described
            local candidate word
            local program="${words[1]/#\~\//$HOME/}"
            local -a before=("${(@Q)words[2,CURRENT-1]}")
            candidates=("${(@f)$("$program" __complete "${before[@]}" "${(Q)PREFIX}" 2>/dev/null)}")
            if [[ "${candidates[1]}" == ":files" ]]; then
                _files
                return
            fi
            for candidate in "${candidates[@]}"; do
                [[ -n "$candidate" ]] || continue
                word="${candidate%%$'\t'*}"
                if [[ "$candidate" == *$'\t'* ]]; then
                    described+=("${word//:/\\:}:${candidate#*$'\t'}")
                else
                    described+=("${word//:/\\:}")
                fi
            done
            _describe hostctl described
        }
        if [[ "${funcstack[1]}" == "_hostctl" ]]; then _hostctl "$@"; else compdef _hostctl hostctl; fi
        """#

    private static let fish = #"""
        # fish completion for hostctl. Source it, or write it to ~/.config/fish/completions/hostctl.fish
        function __hostctl_complete
            set -l words (commandline -opc) (commandline -ct)
            set -l candidates ($words[1] __complete $words[2..-1] 2>/dev/null)
            if test "$candidates[1]" = ":files"
                __fish_complete_path (commandline -ct)
            else
                printf '%s\n' $candidates
            end
        end
        complete -c hostctl -f -a '(__hostctl_complete)'
        """#
}
