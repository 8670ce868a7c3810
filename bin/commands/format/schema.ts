import type { Command } from '../../command.ts'
import { ElysiaError } from '../../library.ts'

/** `format schema`. */
export const command: Command = {
  name: 'format schema',
  summary: 'not there yet',
  usage: '',
  examples: [],
  schemas: [],
  run: () => Promise.reject(new ElysiaError('ELYSIA_USAGE', 'format schema is not there yet')),
}
