import type { Command } from '../../command.ts'
import { ElysiaError } from '../../library.ts'

/** `col cat`. */
export const command: Command = {
  name: 'col cat',
  summary: 'not there yet',
  usage: '',
  examples: [],
  schemas: [],
  run: () => Promise.reject(new ElysiaError('ELYSIA_USAGE', 'col cat is not there yet')),
}
