import t from 'tap'
import { DeadlineError, withDeadline } from '../../../lib/async/deadline.ts'
import {
  allUnreachable,
  failureOf,
  isTooLarge,
  neverSent,
  refusedOutcome,
  replyFailure,
  wholeFailure,
} from '../../../lib/store/weaviate/cluster/failure.ts'
import { isTransient } from '../../../lib/store/weaviate/cluster/serverText.ts'

const ADDRESS = '127.0.0.1:50051'
const rpc = (code: number, details: string) =>
  failureOf(Object.assign(new Error(`${code} NAME: ${details}`), { code, details }), ADDRESS)
const answer = (status: number, text: string, retryAfter?: string) => {
  const request = { method: 'GET' as const, path: '/schema' }
  return replyFailure({ request, status, text, retryAfter }, ADDRESS, 'listing')
}
const FORBIDDEN = "rbac: authorization, forbidden action: user 'x' has insufficient permissions to create"

t.test('a key that is unknown or lacks a right is refused, however the server says it', async (t) => {
  const unknown = { code: 'ELYSIA_REFUSED', retryable: false, hint: /ELYSIACTL_API_KEY/ }
  t.match(rpc(2, 'extract auth: unauthorized: invalid api key'), unknown)
  t.match(rpc(16, 'who are you'), unknown)
  t.match(answer(401, '{"code":401,"message":"no"}'), unknown)
  const lacking = { code: 'ELYSIA_REFUSED', retryable: false, hint: /lacks this right/ }
  t.match(rpc(2, FORBIDDEN), lacking)
  t.match(rpc(7, 'no'), lacking)
  t.match(answer(403, `{"error":[{"message":${JSON.stringify(FORBIDDEN)}}]}`), lacking)
  t.match(wholeFailure(FORBIDDEN, ADDRESS), lacking)
  t.match(refusedOutcome('status: 403 Forbidden: your OpenAI account'), { ok: false, retryable: undefined })
})

t.test('what passes is worth repeating, and told from what lasts', async (t) => {
  for (const text of [
    'not enough memory',
    'store is read-only due to: disk usage',
    '429 Too many requests',
  ]) {
    t.match(rpc(2, text), { code: 'ELYSIA_STORE', retryable: true }, text)
    t.match(refusedOutcome(text), { ok: false, retryable: true, reason: text })
  }
  t.notOk(isTransient('store is read-only due to: manually set by user'))
  t.match(rpc(2, 'invalid text property'), { code: 'ELYSIA_STORE', retryable: false })
  t.match(rpc(14, 'No connection established'), { code: 'ELYSIA_UNREACHABLE', retryable: true })
  t.match(rpc(13, 'Received RST_STREAM with code 2'), { code: 'ELYSIA_UNREACHABLE', retryable: true })
  t.match(rpc(12, 'unknown service'), { code: 'ELYSIA_UNREACHABLE', retryable: false })
})

t.test('the wait that a server asks for is kept, as seconds or as a date', async (t) => {
  t.match(answer(429, 'slow down', '7'), { retryable: true, retryAfterMs: 7000 })
  const date = new Date(Date.now() + 60_000).toUTCString()
  const { retryAfterMs = 0 } = answer(503, '', date)
  t.ok(retryAfterMs > 50_000 && retryAfterMs <= 60_000, `${retryAfterMs}`)
  t.equal(answer(503, '', 'soon').retryAfterMs, undefined)
  t.equal(answer(429, '{"errorCode":"QUOTA"}').retryable, false, 'a used-up quota does not come back')
})

t.test('what is missing, there already, or too large is told apart by the words', async (t) => {
  t.match(rpc(2, 'could not find class Some in schema'), { code: 'ELYSIA_NOT_FOUND' })
  t.match(answer(422, '{"error":[{"message":"class name Some already exists"}]}'), {
    code: 'ELYSIA_CONFLICT',
  })
  t.ok(isTooLarge(rpc(8, 'grpc: trying to send message larger than max (9 vs. 8)')))
  t.ok(isTooLarge(rpc(8, 'grpc: received message larger than max (9 vs. 8)')))
  t.notOk(isTooLarge(rpc(8, 'usage limit')))
})

t.test('an address that cannot be reached says why, and whether anything was sent', async (t) => {
  const refused = failureOf(Object.assign(new Error(''), { code: 'ECONNREFUSED' }), ADDRESS)
  t.match(refused, { code: 'ELYSIA_UNREACHABLE', retryable: true, message: /ECONNREFUSED/ })
  t.ok(neverSent(refused))
  t.notOk(neverSent(failureOf(Object.assign(new Error(''), { code: 'ECONNRESET' }), ADDRESS)))
  const untrusted = failureOf(Object.assign(new Error('self-signed certificate'), { code: 'X' }), ADDRESS)
  t.match(untrusted, { code: 'ELYSIA_UNREACHABLE', retryable: false, hint: /--ca-file/ })
  const both = allUnreachable('two', [refused, untrusted])
  t.match(both, { code: 'ELYSIA_UNREACHABLE', retryable: true, message: /ECONNREFUSED.*self-signed/ })
})

t.test('the name of a host says nothing of TLS', async (t) => {
  const waitedOut = (text: string, code: string) =>
    failureOf(Object.assign(new Error(text), { code }), 'https://alertmanager:8080')
  for (const host of ['alertmanager.x', 'certificates.x']) {
    const away = waitedOut(`getaddrinfo ENOTFOUND ${host}`, 'ENOTFOUND')
    t.match(away, { code: 'ELYSIA_UNREACHABLE', retryable: true })
    t.notMatch(String(away.hint), /certificate/)
    t.match(rpc(14, `Name resolution failed for target dns:${host}:50051`), { retryable: true })
  }
  t.match(waitedOut('ssl/tls alert certificate required', 'X'), { retryable: false, hint: /--cert-file/ })
  t.match(waitedOut('tlsv13 alert certificate required:SSL alert number 116', 'X'), { retryable: false })
})

t.test('work that does not end is given up in time, and at once where it is aborted', async (t) => {
  const never = () => new Promise<never>(() => {})
  await t.rejects(withDeadline(20, [], never), new DeadlineError(20))
  const abort = new AbortController()
  const waiting = withDeadline(60_000, [abort.signal], never)
  abort.abort(new Error('enough'))
  await t.rejects(waiting, { message: 'enough' })
  await t.rejects(withDeadline(60_000, [abort.signal], never), { message: 'enough' })
  t.equal(await withDeadline(60_000, [], async () => 'done'), 'done')
})
