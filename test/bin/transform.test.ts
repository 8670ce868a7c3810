import t from 'tap'
import { home } from './elysiactl.ts'

const FILE = `steps: [{drop: a}]
examples:
  - name: it goes
    in: {properties: {a: 1, b: x}}
    out: {properties: {b: "x\\e[31m"}}
  - {in: {properties: {a: 1}}, out: {properties: {}}}
`

t.test(
  'transform test shows each difference, in no colour where there is no terminal, and exits 3',
  async (t) => {
    const { run } = home(t, { 'fix.yaml': FILE })
    const { code, stdout, stderr } = await run(['transform', 'test', 'fix.yaml'])
    t.same([code, stderr], [3, '2 examples: 1 passed, 1 failed\n'])
    t.equal(stdout, 'fix.yaml:3:5  it goes\n  properties.b\n  - "x\\u001b[31m"\n  + "x"\n')
    const quiet = await run(['transform', 'test', 'fix.yaml', '-q'])
    t.same([quiet.code, quiet.stdout], [3, ''])
  },
)
