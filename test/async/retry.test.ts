import t from 'tap'
import { type Retry, retrying } from '../../lib/async/retry.ts'
import { ElysiaError } from '../../lib/core/errors.ts'

const away = (retryAfterMs?: number) =>
  new ElysiaError('ELYSIA_UNREACHABLE', 'the server is away', {
    retryable: true,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })

/** Fails so many times, then answers how often it was called. */
function failing(times: number, error: () => unknown = away): () => Promise<number> {
  let calls = 0
  return async () => {
    if (++calls <= times) throw error()
    return calls
  }
}

t.test('retrying: repeats what may succeed later until it does', async (t) => {
  const notices: Retry[] = []
  const retry = retrying({ forMs: 5000, minMs: 1, onRetry: (notice) => notices.push(notice) })
  t.equal(await retry(failing(3)), 4)
  t.strictSame(
    notices.map(({ attempt }) => attempt),
    [1, 2, 3],
  )
  t.equal(notices[0]?.error.code, 'ELYSIA_UNREACHABLE')
})

t.test(
  'retrying: after a connection that broke the first repeat does not wait, the next one does',
  async (t) => {
    const waits: number[] = []
    const retry = retrying({ forMs: 5000, minMs: 20, onRetry: ({ waitMs }) => waits.push(waitMs) })
    const broken = () =>
      new ElysiaError('ELYSIA_UNREACHABLE', 'it broke', { retryable: true, retryAtOnce: true })
    t.equal(await retry(failing(2, broken)), 3)
    t.equal(waits[0], 0)
    t.ok(waits[1]! >= 40, `${waits[1]} ms`)
    const inOrder: number[] = []
    const onRetry = ({ waitMs }: Retry) => inOrder.push(waitMs)
    const ordered = retrying({ forMs: 5000, minMs: 20, ordered: true, onRetry })
    t.equal(await ordered(failing(1, broken)), 2)
    t.ok(inOrder[0]! >= 20, `${inOrder[0]} ms where a later call may change the same`)
  },
)

t.test('retrying: waits double, by chance up to twice as long, and never more than maxMs', async (t) => {
  const waits: number[] = []
  await retrying({ forMs: 5000, minMs: 2, maxMs: 10, onRetry: ({ waitMs }) => waits.push(waitMs) })(
    failing(5),
  )
  const bounds = [2, 4, 8, 10, 10]
  t.equal(waits.length, 5)
  t.ok(
    waits.every((wait, at) => wait >= bounds[at]! && wait <= Math.min(10, 2 * bounds[at]!)),
    String(waits),
  )
})

t.test('retrying: waits as long as the server asks', async (t) => {
  const waits: number[] = []
  const started = performance.now()
  await retrying({ forMs: 5000, minMs: 1, onRetry: ({ waitMs }) => waits.push(waitMs) })(
    failing(1, () => away(60)),
  )
  t.ok(performance.now() - started >= 58)
  t.strictSame(waits, [60])
})

t.test('retrying: gives up after forMs with the last error as it was', async (t) => {
  const errors: ElysiaError[] = []
  const call = async () => {
    errors.push(away())
    throw errors.at(-1)
  }
  const started = performance.now()
  const thrown = await retrying({ forMs: 300, minMs: 5, maxMs: 10 })(call).catch((error: unknown) => error)
  const tookMs = performance.now() - started
  t.equal(thrown, errors.at(-1))
  t.ok(errors.length > 2)
  t.ok(tookMs >= 295 && tookMs < 10_000, `${tookMs} ms`)
})

t.test('retrying: a server that asks for more than is left gets one last call when it is over', async (t) => {
  let calls = 0
  const call = async () => {
    calls++
    throw away(3_600_000)
  }
  await t.rejects(retrying({ forMs: 400, minMs: 5 })(call), { code: 'ELYSIA_UNREACHABLE' })
  t.ok(calls === 2 || calls === 3, `${calls} calls; a timer may be a millisecond early`)
})

t.test('retrying: the last call is made however late the machine is', async (t) => {
  let calls = 0
  const call = async () => {
    calls++
    throw away(10)
  }
  const onRetry = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 80)
  await t.rejects(retrying({ forMs: 50, minMs: 5, onRetry })(call), { code: 'ELYSIA_UNREACHABLE' })
  t.equal(calls, 2)
})

t.test('retrying: what is not worth repeating passes at once, as it is', async (t) => {
  const refused = new ElysiaError('ELYSIA_REFUSED', 'no')
  for (const error of [refused, new TypeError('a mistake'), new Error('unknown')]) {
    let calls = 0
    const call = async () => {
      calls++
      throw error
    }
    t.equal(await retrying({ forMs: 5000 })(call).catch((thrown: unknown) => thrown), error)
    t.equal(calls, 1)
  }
})

t.test('retrying: an abort ends the wait at once', async (t) => {
  for (const error of [away(), away(3_600_000)]) {
    const abort = new AbortController()
    const onRetry = () => setImmediate(() => abort.abort())
    const retry = retrying({
      forMs: 7_200_000,
      minMs: 3_600_000,
      maxMs: 3_600_000,
      signal: abort.signal,
      onRetry,
    })
    await t.rejects(retry(failing(9, () => error)), { name: 'AbortError' })
  }
  t.notOk(process.getActiveResourcesInfo().includes('Timeout'), 'no timer is left')
})
