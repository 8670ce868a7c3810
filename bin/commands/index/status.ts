import type { Command } from '../../command.ts'
import { ElysiaError } from '../../library.ts'

/** `index status`. */
export const command: Command = {
  name: 'index status',
  summary: 'not there yet',
  usage: '',
  examples: [],
  schemas: [],
  run: () => Promise.reject(new ElysiaError('ELYSIA_USAGE', 'index status is not there yet')),
}
