import type { Command } from '../../command.ts'
import { ElysiaError } from '../../library.ts'

/** `config show`. */
export const command: Command = {
  name: 'config show',
  summary: 'not there yet',
  usage: '',
  examples: [],
  schemas: [],
  run: () => Promise.reject(new ElysiaError('ELYSIA_USAGE', 'config show is not there yet')),
}
