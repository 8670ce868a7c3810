import type { ResolvedOptions } from '../../options/options.ts'
import type { OptionsSchema } from '../../options/schema.ts'
import { addressFault } from '../serve/address.ts'
import { gatewayFault, hasCredentials } from './gateway.ts'

/** Where a job writes the metrics of all runs when it ends. */
export const metricsOptions = {
  type: 'object',
  name: 'metrics',
  title: 'Metrics options',
  description: 'Where the metrics of all runs are left at the end.',
  properties: {
    metricsTextfile: {
      type: 'string',
      kind: 'file',
      description:
        'write the metrics of all runs to this file at the end, for node_exporter’s textfile collector',
      placeholder: 'FILE.prom',
      example: 'elysiactl.prom',
      check: (text: string) =>
        text.endsWith('.prom') ? undefined : 'the name has to end in .prom: others are not collected',
      path: true,
      personal: true,
    },
    metricsPush: {
      type: 'string',
      description:
        'send the metrics of all runs to this Pushgateway at the end; a URL with credentials belongs in the configuration',
      placeholder: 'URL',
      example: 'http://localhost:9091',
      check: gatewayFault,
      flagCheck: (text: string) =>
        hasCredentials(text)
          ? 'set ELYSIACTL_METRICS_PUSH to the whole address, or metrics_push in your own configuration file'
          : undefined,
      personal: true,
    },
  },
} as const satisfies OptionsSchema

/** Where the metrics of finished runs go. */
export type MetricsOptions = ResolvedOptions<typeof metricsOptions>

/** Where a long-running command serves the metrics. */
export const metricsListenOptions = {
  type: 'object',
  name: 'metricsListen',
  title: 'Metrics server options',
  description: 'Where a command that stays serves the metrics.',
  properties: {
    metricsListen: {
      type: 'string',
      description:
        'serve /metrics, /live and /ready at this address while the command runs; a port alone means 127.0.0.1',
      placeholder: '[HOST:]PORT',
      example: '127.0.0.1:9464',
      check: addressFault,
      personal: true,
    },
  },
} as const satisfies OptionsSchema
