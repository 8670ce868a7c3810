import type { Command } from '../../command.ts'
import { ElysiaError } from '../../library.ts'

/** `index process-jsonl`. */
export const command: Command = {
  name: 'index process-jsonl',
  summary: 'not there yet',
  usage: '',
  examples: [],
  schemas: [],
  run: () => Promise.reject(new ElysiaError('ELYSIA_USAGE', 'index process-jsonl is not there yet')),
}
