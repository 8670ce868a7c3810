import type { Console } from '../../cli/console.ts'

/** Takes the output of another program in pieces, and writes it as lines of `--progress json`. */
export function outputMessages({ line }: Pick<Console, 'line'>): (text: string) => void {
  return (text) =>
    line({ message_type: 'message', at: new Date().toISOString(), level: 'info', text: text.trimEnd() })
}
