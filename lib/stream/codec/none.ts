import { PassThrough } from 'node:stream'
import type { Compression } from './compression.ts'

/** No compression. */
export const none: Compression = {
  name: 'none',
  extension: '',
  library: async () => 'none',
  compress: async () => new PassThrough(),
}
