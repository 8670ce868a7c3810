import type { OptionsSchema } from '../../options/schema.ts'
import { addressFault } from '../serve/address.ts'

/** Options that say where the dashboard is served. */
export const dashboardOptions = {
  type: 'object',
  name: 'dashboard',
  title: 'Dashboard options',
  description: 'Where the dashboard is seen.',
  properties: {
    listen: {
      type: 'string',
      description:
        'the address to serve the page at; port 0 means any free port. Other machines can reach it only if you name an address here',
      placeholder: 'HOST:PORT',
      example: '127.0.0.1:8090',
      default: '127.0.0.1:0',
      check: addressFault,
      flagOnly: true,
    },
    open: {
      type: 'boolean',
      description: 'also open the page in the browser',
      default: false,
      flagOnly: true,
    },
    export: {
      type: 'string',
      kind: 'file',
      description: 'write the page as one self-contained file, and exit',
      placeholder: 'FILE.html',
      path: true,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema
