import type { Command, Context } from '../cli/command.ts'
import { candidates } from '../cli/completion/candidates.ts'
import { SCRIPTS } from '../cli/completion/scripts.ts'
import { catalogOptions, didYouMean, ElysiaError, targetOptions } from '../library.ts'

/** The word that the shell's script sends, and that nobody types. */
const REQUEST = 'words'

/**
 * `completion`: a script for a shell, which asks the command itself for candidates. Not @bomb.sh/tab: its scripts never
 * complete file names, which most of our operands are, and the one for bash evaluates the words on the line, so that a
 * tab would run what is in them.
 */
export const command: Command = {
  summary: 'print the completion script for a shell',
  operands: [{ name: 'SHELL', choices: Object.keys(SCRIPTS) }],
  examples: [
    'source <(elysiactl completion bash)',
    'source <(elysiactl completion zsh)',
    'elysiactl completion fish > ~/.config/fish/completions/elysiactl.fish',
  ],
  schemas: [catalogOptions, targetOptions],
  wrapsCommand: true,
  run,
}

async function run(context: Context): Promise<void> {
  const { operands, rest, console } = context
  const [shell = ''] = operands
  if (shell === REQUEST) {
    const matches = await candidates(context, rest ?? [])
    return console.print(matches.flatMap(({ word, text = '' }) => [word, text]))
  }
  const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined
  const shells = Object.keys(SCRIPTS)
  if (script === undefined) {
    throw new ElysiaError('ELYSIA_USAGE', `there is no completion for ${shell}`, {
      hint: didYouMean(shell, shells, `shells are ${shells.join(', ')}`),
    })
  }
  await console.print(script.trimEnd().split('\n'))
}
