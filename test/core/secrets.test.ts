import fc from 'fast-check'
import t from 'tap'
import { ElysiaError, messageOf } from '../../lib/core/errors.ts'
import { maskSecrets, rememberSecrets } from '../../lib/core/secrets.ts'
import { addressesInTheOpen, parseTarget } from '../../lib/store/target.ts'
import { failureOf, refusedOutcome, replyFailure } from '../../lib/store/weaviate/cluster/failure.ts'
import { processorMs } from '../processor.ts'

t.test('what looks like a credential is masked in whatever text', async (t) => {
  const cases = [
    'https://user:hunter2@host:8080/v1',
    'https://hunter2@host',
    'http://h:1?grpc=user:hunter2@h:2',
    'user:hunter2@h:2',
    'http://h?api_key=hunter2&x=1',
    'http://h?a=1&client_secret=hunter2',
    'password=hunter2',
    'pgpassword=hunter2, next',
    'secret=hunter2;',
    'auth=hunter2',
    'access_token=hunter2',
    'X-OpenAI-Api-Key: hunter2',
    'authorization: Bearer hunter2',
    'Authorization: hunter2',
    'invalid token: bearer hunter2hunter2',
    '{"password": "hunter2", "a": 1}',
    '{"openai_api_key":"hunter\\"2 hunter2"}',
  ]
  for (const text of cases) {
    t.notMatch(maskSecrets(text), 'hunter2', text)
    t.match(maskSecrets(text), '***', text)
    t.equal(maskSecrets(maskSecrets(text)), maskSecrets(text), 'once is enough')
  }
})

t.test('other text stays as it is', async (t) => {
  const cases = [
    'http://localhost:8080?grpc=localhost:50051',
    'ELYSIACTL_API_KEY is not set',
    'set ELYSIACTL_API_KEY, or give --api-key-file FILE',
    'line 3: unknown_op: op is none of add, modify',
    'mail someone@example.org at 10:30',
    'grpc=[::1]:50051 is not HOST:PORT',
    'sqlite:/home/a/b.db',
    'the key of the token is unknown',
    'keep_tag=a, group_by=cluster',
  ]
  for (const text of cases) t.equal(maskSecrets(text), text)
})

t.test('no error shows what was remembered as a secret, whatever a server makes of it', async (t) => {
  rememberSecrets(['s3cret-of-mine', undefined, 'a', ''])
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const text = `${before}s3cret-of-mine${after}`
      const shown = [
        new ElysiaError('ELYSIA_STORE', text, { hint: text }),
        failureOf(new Error(text), 'h:1'),
        replyFailure(
          { status: 500, text, retryAfter: undefined, request: { method: 'GET', path: '/meta' } },
          'h:1',
          'asking',
        ),
      ].flatMap(({ message, hint = '', stack = '' }) => [message, hint, stack.split('\n')[0]!])
      const refused = refusedOutcome(text)
      return ![...shown, messageOf(new Error(text)), JSON.stringify(refused)].some((one) =>
        one.includes('s3cret-of-mine'),
      )
    }),
  )
  t.equal(maskSecrets('a'), 'a', 'a short one would be found anywhere')
})

t.test('an address with a credential is refused, and not repeated', async (t) => {
  const addresses = [
    'http://h:1?grpc=user:hunter2@h:2',
    'http://h:1?grpc=hunter2@h',
    'http://user:hunter2@h:1',
    'http://h:1?password=hunter2',
    'http://h:99999?token=hunter2',
    'http://h:1,http://x:hunter2@h:2',
    'ftp://user:hunter2@h',
  ]
  for (const text of addresses) {
    try {
      parseTarget(text)
      t.fail(text)
    } catch (error) {
      t.match(error, { code: 'ELYSIA_USAGE' })
      const { message, hint = '' } = error as ElysiaError
      t.notMatch(`${message} ${hint}`, 'hunter2', text)
    }
  }
})

t.test('to which addresses keys travel unencrypted', async (t) => {
  const open = (text: string) => addressesInTheOpen(parseTarget(text))
  const local = [
    'http://localhost:8080',
    'http://127.0.0.1:1',
    'http://127.8.0.1:1',
    'http://[::1]:1?grpc=[::1]:2',
  ]
  for (const text of [...local, 'https://h:1', 'sqlite:a.db', 'memory:']) t.strictSame(open(text), [], text)
  t.strictSame(open('http://h:1'), ['h:1', 'h:50051'])
  t.strictSame(open('http://localhost:1?grpc=h:2'), ['h:2'])
  t.strictSame(open('http://localhost:1,http://10.0.0.1:1?grpc=2'), ['10.0.0.1:1', '10.0.0.1:2'])
  t.strictSame(open('http://127.0.0.1.example.org:1?grpc=localhost:2'), ['127.0.0.1.example.org:1'])
})

t.test('hostile texts take time in proportion to their length', async (t) => {
  for (const piece of ['a.', '=a:', '?a&', '"token', 'x-token', '//', 'a-', '"a":"']) {
    const took = [1, 4].map((size) => {
      const text = piece.repeat((size * 200_000) / piece.length)
      return processorMs(() => maskSecrets(text))
    })
    t.ok(took[1]! < 8 * Math.max(took[0]!, 50), `${piece}: ${took.map(Math.round).join(', ')} ms`)
  }
})
