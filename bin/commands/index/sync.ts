import type { Command } from '../../command.ts'
import { ElysiaError } from '../../library.ts'

/** `index sync`. */
export const command: Command = {
  name: 'index sync',
  summary: 'not there yet',
  usage: '',
  examples: [],
  schemas: [],
  run: () => Promise.reject(new ElysiaError('ELYSIA_USAGE', 'index sync is not there yet')),
}
