import type { Command } from '../../command.ts'
import { ElysiaError } from '../../library.ts'

/** `index validate`. */
export const command: Command = {
  name: 'index validate',
  summary: 'not there yet',
  usage: '',
  examples: [],
  schemas: [],
  run: () => Promise.reject(new ElysiaError('ELYSIA_USAGE', 'index validate is not there yet')),
}
