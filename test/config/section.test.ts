// A key of a configuration file that is a document of its own: found, and checked with the place of each fault.
import t, { type Test } from 'tap'
import { checkedSection } from '../../lib/config/section.ts'
import { readSettings } from '../../lib/config/settings.ts'
import Type from '../../lib/core/typebox.ts'

const closed = { additionalProperties: false }
const Rule = Type.Union([
  Type.Object({ when: Type.Literal('failed') }, closed),
  Type.Object(
    { when: Type.Literal('rejects'), over: Type.Integer({ description: 'a whole number' }) },
    closed,
  ),
])
const Schema = Type.Object({ rules: Type.Array(Rule), mode: Type.Optional(Type.Enum(['a', 'b'])) }, closed)

function read(t: Test, { project = {}, user = {} }: { project?: object; user?: object }) {
  const root = t.testdir({ project: { ...project }, user: { ...user } })
  const places = { directory: `${root}/project`, userDirectory: `${root}/user` }
  return readSettings({ schemas: async () => [], env: {}, ...places })
}

async function section(t: Test, text: string, name = 'config.yaml') {
  const { sections } = await read(t, { user: { [name]: text } })
  return checkedSection(sections[0]!, Schema)
}

t.test('a section is handed on with its file; one that says nothing is none', async (t) => {
  const { sections } = await read(t, {
    project: { 'elysiactl.yaml': 'expect: {Article: {every: 24h}}\n' },
    user: { 'config.yaml': 'alerts: {rules: []}\nauto:\nexpect: {}\n' },
  })
  t.match(sections, [
    { name: 'expect', origin: /project.elysiactl\.yaml$/ },
    { name: 'alerts', origin: /user.config\.yaml$/ },
    { name: 'expect', origin: /user.config\.yaml$/ },
  ])
  t.equal(sections.length, 3)
})

t.test('a project must not say where alerts go, nor what runs by itself', async (t) => {
  for (const name of ['alerts', 'auto']) {
    await t.rejects(read(t, { project: { 'elysiactl.yaml': `${name}: {}\n` } }), {
      code: 'ELYSIA_USAGE',
      message: new RegExp(`is refused: it sets ${name}, which only`),
    })
  }
})

t.test('what its schema lets it say is its value, in YAML and in JSON', async (t) => {
  const value = { rules: [{ when: 'failed' }, { when: 'rejects', over: 3 }] }
  t.strictSame(
    (await section(t, 'alerts:\n  rules: [{when: failed}, {when: rejects, over: 3}]\n')).value,
    value,
  )
  t.strictSame((await section(t, JSON.stringify({ alerts: value }), 'config.json')).value, value)
})

t.test('a fault has its line and column, what was meant, and no value of the file', async (t) => {
  const faults: readonly [text: string, message: RegExp, hint?: RegExp][] = [
    [
      'alerts:\n  rules:\n  - when: rejects\n    ovr: 3',
      /:4:5: alerts\.rules\.0 has the unknown key ovr$/,
      /over\?/,
    ],
    ['alerts:\n  rules:\n  - when: rejects', /:3:5: alerts\.rules\.0 lacks over$/],
    [
      'alerts:\n  rules:\n  - when: hunter2',
      /:3:5: alerts\.rules\.0\.when has to be one of failed, rejects$/,
    ],
    [
      'alerts:\n  rules:\n  - {when: rejects, over: hunter2}',
      /:3:21: .*over must be integer$/,
      /a whole number/,
    ],
    ['alerts: {rules: [], mode: hunter2}', /:1:21: alerts\.mode has to be one of a, b$/],
    ['alerts: {rules: 3}', /:1:10: alerts\.rules must be array$/],
    ['alerts: 3', /:1:1: alerts must be object$/],
    ['alerts: {}', /:1:1: alerts lacks rules$/],
  ]
  for (const [text, message, hint = /./] of faults) {
    await t.rejects(section(t, text), { code: 'ELYSIA_USAGE', message, hint }, text)
    const error = await section(t, text).catch((thrown: Error) => thrown)
    t.notMatch((error as Error).message, /hunter2/)
  }
})

t.test('a fault that no schema finds is told in the same way', async (t) => {
  const { fault } = await section(t, 'alerts:\n  rules:\n    - {when: rejects, over: 3}\n')
  t.match(fault(['rules', 0, 'over'], 'too few', 'more'), {
    code: 'ELYSIA_USAGE',
    message: /config\.yaml:3:23: too few$/,
    hint: 'more',
  })
})

t.test('an unknown key is still one, and may have meant a section', async (t) => {
  await t.rejects(read(t, { user: { 'config.yaml': 'alert: {}\n' } }), {
    message: /unknown key alert in/,
    hint: 'did you mean alerts?',
  })
})
