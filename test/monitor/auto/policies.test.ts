import t from 'tap'
import { ElysiaError } from '../../../lib/core/errors.ts'
import { commandsOf } from '../../../lib/monitor/auto/commands.ts'
import { type OptionWords, readPolicies } from '../../../lib/monitor/auto/policies.ts'

const wordsOf: OptionWords = async (_, options) =>
  Object.entries(options).flatMap(([key, value]) => {
    if (key === 'wrong') throw new ElysiaError('ELYSIA_USAGE', 'there is no wrong', { hint: 'right' })
    return value === true ? [`--${key}`] : [`--${key}`, String(value)]
  })

const read = (text: string) => readPolicies({ name: 'auto', origin: '/etc/c.yaml', text }, wordsOf)

t.test('policies become command lines', async (t) => {
  const policies = await read(`
auto:
  - backup: { collections: [Article, Author], target: "sqlite:own.db", schedule: "0 2 * * *", timezone: Europe/Berlin, options: { since: last } }
  - backup: { collections: ["Doc*", Own], schedule: "@daily" }
  - verify: { every: 7d, options: { level: records } }
  - verify: { name: some, collections: ["A*"], every: 1d }
  - rehearse: { collections: ["{Article,Author}", Other], into: prod, every: 30d }
  - cleanup: { every: 1d, options: { keep_daily: 7 } }
`)
  const archived = () => ['Article', 'Author', 'Book']
  t.strictSame(
    policies.map((policy) => commandsOf(policy, archived).map((words) => words.join(' '))),
    [
      ['Article', 'Author'].map((name) => `col backup ${name} --target sqlite:/etc/own.db --since last`),
      ['col backup --include Doc* --include Own'],
      ['col catalog verify --all --level records'],
      ['col catalog verify latest:Article', 'col catalog verify latest:Author'],
      ['Article', 'Author', 'Other'].map((name) => `col catalog rehearse latest:${name} --into prod`),
      ['col catalog cleanup --yes --keep_daily 7'],
    ],
  )
  t.match(policies, [
    { name: /^backup-[0-9a-f]{8}$/, schedule: { text: '0 2 * * * Europe/Berlin' } },
    {},
    {},
    { name: 'some' },
  ])
})

t.test('what failed is tried again where that is said', async (t) => {
  const retryOf = async (text: string) => (await read(`auto: [{ cleanup: { every: 1d${text} } }]`))[0]!.retry
  t.equal(await retryOf(''), undefined)
  t.strictSame(await retryOf(', retry: { times: 2 }'), { times: 2, afterMs: 600_000 })
  t.strictSame(await retryOf(', retry: { times: 1, after: 1h }'), { times: 1, afterMs: 3_600_000 })
})

t.test('the past of a policy does not depend on when it is due, but on what it does', async (t) => {
  const nameOf = async (text: string) => (await read(`auto: [{ cleanup: { ${text} } }]`))[0]!.name
  t.equal(await nameOf('every: 1d'), await nameOf('schedule: "@daily"'))
  t.not(await nameOf('every: 1d'), await nameOf('every: 1d, options: { a: 1 }'))
})

const FAULTS: readonly (readonly [text: string, place: string, says: RegExp])[] = [
  ['auto: 5', '1:1', /auto/],
  ['auto:\n  - backup: { every: 1d }', '2:5', /collections/],
  ['auto:\n  - backup: { collections: [], every: 1d }', '2:15', /collections/],
  ['auto:\n  - backups: { every: 1d }', '2:5', /unknown key backups/],
  ['auto:\n  - { cleanup: { every: 1d }, verify: { every: 1d } }', '2:5', /a policy has one of/],
  ['auto:\n  - {}', '2:5', /a policy has one of/],
  ['auto:\n  - cleanup: {}', '2:5', /either a schedule or every/],
  ['auto:\n  - cleanup: { every: 1d, schedule: "@daily" }', '2:5', /either a schedule or every/],
  ['auto:\n  - cleanup: { every: soon }', '2:16', /duration/],
  ['auto:\n  - cleanup:\n      schedule: "61 * * * *"', '3:7', /./],
  ['auto:\n  - cleanup:\n      schedule: "0 0 31 2 *"', '3:7', /never comes/],
  ['auto:\n  - cleanup: { schedule: "@daily", timezone: Mars }', '2:36', /Mars/],
  ['auto:\n  - cleanup: { every: 1d, timezone: UTC }', '2:27', /timezone needs schedule/],
  ['auto:\n  - cleanup: { every: 1d, options: { wrong: 1 } }', '2:38', /there is no wrong/],
  ['auto:\n  - cleanup: { every: 1d }\n  - cleanup: { every: 2d }', '3:5', /two policies cleanup-/],
  ['auto:\n  - cleanup: { every: 1d, retry: { times: 0 } }', '2:36', /./],
  ['auto:\n  - cleanup: { every: 1d, retry: { times: 2, after: soon } }', '2:46', /duration/],
  ['auto:\n  - cleanup: { every: 1d, evry: 1 }', '2:27', /unknown key evry/],
]

for (const [text, place, says] of FAULTS) {
  t.test(`${JSON.stringify(text)} is refused at ${place}`, async (t) => {
    const error: unknown = await read(text).catch((thrown) => thrown)
    t.match(error, { code: 'ELYSIA_USAGE', message: says })
    t.ok((error as Error).message.startsWith(`/etc/c.yaml:${place}: `), (error as Error).message)
  })
}
