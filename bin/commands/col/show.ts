import type { Command } from '../../command.ts'
import { ElysiaError } from '../../library.ts'

/** `col show`. */
export const command: Command = {
  name: 'col show',
  summary: 'not there yet',
  usage: '',
  examples: [],
  schemas: [],
  run: () => Promise.reject(new ElysiaError('ELYSIA_USAGE', 'col show is not there yet')),
}
