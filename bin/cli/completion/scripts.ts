/**
 * bash splits words at `:` and `=`: they are joined again, and the part of a candidate that is already there is
 * removed.
 */
const BASH = `# completion of elysiactl for bash
_elysiactl() {
  local word text current="\${COMP_WORDS[COMP_CWORD]}" i last=-1
  local -a words
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if ((last >= 0)) && [[ "$word" == [:=]* || "\${words[last]}" == *[:=] ]]; then
      words[last]+="$word"
    else
      words[++last]="$word"
    fi
  done
  [[ "$current" == [:=]* ]] && current="\${current##*[:=]}"
  local there=$((\${#words[last]} - \${#current}))
  COMPREPLY=()
  while IFS= read -r word && IFS= read -r text; do
    COMPREPLY+=("\${word:there}")
  done < <(elysiactl completion words --quiet -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _elysiactl elysiactl
`

const ZSH = `#compdef elysiactl
# completion of elysiactl for zsh
_elysiactl() {
  local -a found words_found texts
  found=("\${(@f)$(elysiactl completion words --quiet -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  local word text
  for word text in "\${found[@]}"; do
    [[ -z "$word" ]] && continue
    words_found+=("$word")
    texts+=("$word\${text:+  -- $text}")
  done
  if ((\${#words_found})); then compadd -l -d texts -a words_found; else _files; fi
}
if [[ "$funcstack[1]" = _elysiactl ]]; then _elysiactl "$@"; else compdef _elysiactl elysiactl; fi
`

const FISH = `# completion of elysiactl for fish
function __elysiactl_words
  set -l words (commandline -opc)[2..]
  set -l lines (elysiactl completion words --quiet -- $words (commandline -ct) 2>/dev/null)
  if not set -q lines[2]
    __fish_complete_path (commandline -ct)
    return
  end
  for at in (seq 1 2 (count $lines))
    printf '%s\\t%s\\n' $lines[$at] $lines[(math $at + 1)]
  end
end
complete -c elysiactl -f -a '(__elysiactl_words)'
`

/**
 * The script for each shell. It passes on the words up to the cursor unchanged, so that nothing in them is evaluated,
 * and reads two lines for each candidate: the word and its meaning. Without candidates the shell offers files.
 */
export const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH }
