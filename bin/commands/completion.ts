import type { Command } from '../command.ts'
import { ElysiaError } from '../library.ts'

/** `completion`. */
export const command: Command = {
  name: 'completion',
  summary: 'not there yet',
  usage: '',
  examples: [],
  schemas: [],
  run: () => Promise.reject(new ElysiaError('ELYSIA_USAGE', 'completion is not there yet')),
}
