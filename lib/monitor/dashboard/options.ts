import type { Resolved } from '../../options/options.ts'
import type { OptionsSchema } from '../../options/schema.ts'
import { listenLack } from './guard/address.ts'

/** Where the dashboard is seen. */
export const dashboardOptions = {
  type: 'object',
  name: 'dashboard',
  title: 'Dashboard options',
  description: 'Where the dashboard is seen.',
  properties: {
    listen: {
      type: 'string',
      description:
        'the address of the page; port 0: any that is free. Another than this machine itself only by name',
      placeholder: 'HOST:PORT',
      example: '127.0.0.1:8090',
      default: '127.0.0.1:0',
      check: listenLack,
      flagOnly: true,
    },
    open: {
      type: 'boolean',
      description: 'also open it in the browser',
      default: false,
      flagOnly: true,
    },
    export: {
      type: 'string',
      kind: 'file',
      description: 'write the page into one file that needs nothing else, and end',
      placeholder: 'FILE.html',
      path: true,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

export type DashboardOptions = Resolved<typeof dashboardOptions>
