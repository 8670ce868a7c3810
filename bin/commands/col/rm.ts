import type { Command } from '../../command.ts'
import { ElysiaError } from '../../library.ts'

/** `col rm`. */
export const command: Command = {
  name: 'col rm',
  summary: 'not there yet',
  usage: '',
  examples: [],
  schemas: [],
  run: () => Promise.reject(new ElysiaError('ELYSIA_USAGE', 'col rm is not there yet')),
}
