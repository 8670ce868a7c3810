const BASH = `# completion of elysiactl for bash
_elysiactl() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(elysiactl completion words --quiet -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _elysiactl elysiactl
`

const ZSH = `#compdef elysiactl
# completion of elysiactl for zsh
_elysiactl() {
  local -a found
  found=("\${(@f)$(elysiactl completion words --quiet -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -a found; else _files; fi
}
if [[ "$funcstack[1]" = _elysiactl ]]; then _elysiactl "$@"; else compdef _elysiactl elysiactl; fi
`

const FISH = `# completion of elysiactl for fish
function __elysiactl_words
  set -l words (commandline -opc)[2..]
  elysiactl completion words --quiet -- $words (commandline -ct) 2>/dev/null
end
complete -c elysiactl -a '(__elysiactl_words)'
`

/**
 * The script of each shell. It hands the words up to the cursor over as they are, so that nothing in them is
 * evaluated, and takes one candidate a line; with none the shell offers files.
 */
export const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH }
