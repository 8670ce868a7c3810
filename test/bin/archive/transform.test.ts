import t from 'tap'
import { home } from '../elysiactl.ts'

const FILE = `steps: [{drop: a}]
examples:
  - name: it goes
    in: {properties: {a: 1, b: x}}
    out: {properties: {b: "x\\e[31m"}}
  - {in: {properties: {a: 1}}, out: {properties: {}}}
`

t.test(
  'transform test shows each difference, in no color where there is no terminal, and exits 3',
  async (t) => {
    const { run } = home(t, { 'fix.yaml': FILE })
    const { code, stdout, stderr } = await run(['transform', 'test', 'fix.yaml'])
    t.same([code, stderr], [3, '2 examples: 1 passed, 1 failed\n'])
    t.equal(stdout, 'fix.yaml:3:5  it goes\n  properties.b\n  - "x\\u001b[31m"\n  + "x"\n')
    const quiet = await run(['transform', 'test', 'fix.yaml', '-q'])
    t.same([quiet.code, quiet.stdout], [3, ''])
  },
)

t.test('a script is no reason to go on, where a command ends before it has run', async (t) => {
  const record = JSON.stringify({ repo: 'r', op: 'add', path: 'p', content: 'x' })
  const script = 'console.log("loaded"); export default (object) => object'
  const { run } = home(t, { 'a.jsonl': `${record}\n`, 'fix.mjs': script })
  const ingest = ['index', 'process-jsonl', 'a.jsonl', '--collection', 'c', '--script', 'fix.mjs']
  const { code, stdout, stderr } = await run(ingest)
  t.same([code, stdout], [2, ''])
  t.match(stderr, /^loaded\n/)
  t.match(stderr, /script fix\.mjs may make several objects of one record/)
})
