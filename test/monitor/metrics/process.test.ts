// The metrics of the process itself.
import t from 'tap'
import { processMetrics } from '../../../lib/monitor/metrics/process.ts'
import { promtool, withPromtool } from './promtool.ts'

t.test('tell of processor and memory, with names that promtool takes', withPromtool, async (t) => {
  const metrics = processMetrics()
  const text = await metrics()
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes'])
    t.match(text, new RegExp(`^${name} [\\d.]+$`, 'm'))
  t.notMatch(text, '{', 'nothing with labels of its own')
  t.strictSame(promtool(['check', 'metrics'], { input: text }), { status: 0, said: '' })
})
