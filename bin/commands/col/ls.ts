import type { Command } from '../../command.ts'
import { ElysiaError } from '../../library.ts'

/** `col ls`. */
export const command: Command = {
  name: 'col ls',
  summary: 'not there yet',
  usage: '',
  examples: [],
  schemas: [],
  run: () => Promise.reject(new ElysiaError('ELYSIA_USAGE', 'col ls is not there yet')),
}
