import type { Command } from '../../command.ts'
import { ElysiaError } from '../../library.ts'

/** `index watch`. */
export const command: Command = {
  name: 'index watch',
  summary: 'not there yet',
  usage: '',
  examples: [],
  schemas: [],
  run: () => Promise.reject(new ElysiaError('ELYSIA_USAGE', 'index watch is not there yet')),
}
