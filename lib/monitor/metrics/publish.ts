import { hostname } from 'node:os'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { gatewayOf } from './gateway.ts'
import type { MetricsOptions } from './options.ts'
import { pushMetrics } from './push.ts'
import { writeTextfile } from './textfile.ts'

/**
 * Writes and pushes a text of metrics as the options say, both at once; one failure does not stop the other. Returns
 * the failures. `deadline`: when to give up a push, on the clock of `performance`.
 */
export async function publishMetrics(
  text: string,
  options: MetricsOptions,
  { deadline }: { readonly deadline?: number } = {},
): Promise<ElysiaError[]> {
  const { metricsTextfile: file, metricsPush: address } = options
  const left = await Promise.allSettled([
    file === undefined ? undefined : writeTextfile(file, text).catch(notWritten(file)),
    address === undefined ? undefined : push(text, address, deadline),
  ])
  return left.flatMap((one) => (one.status === 'rejected' ? [one.reason as ElysiaError] : []))
}

async function push(text: string, address: string, deadline: number | undefined): Promise<void> {
  const gateway = gatewayOf(address, hostname())
  try {
    await pushMetrics(text, gateway, { ...(deadline !== undefined && { deadline }) })
  } catch (error) {
    const code =
      error instanceof ElysiaError && error.code !== 'ELYSIA_CONFLICT' ? error.code : 'ELYSIA_INTERNAL'
    throw new ElysiaError(code, `the metrics were not pushed: ${messageOf(error)}`, {
      cause: error,
      hint: 'check the gateway, and --metrics-push; `elysiactl metrics` prints them at any time',
    })
  }
}

function notWritten(file: string) {
  return (error: unknown): never => {
    throw new ElysiaError('ELYSIA_STATE', `the metrics were not written to ${file}: ${messageOf(error)}`, {
      cause: error,
      hint: 'its directory has to be there, and be writable; `elysiactl metrics` prints them at any time',
    })
  }
}
