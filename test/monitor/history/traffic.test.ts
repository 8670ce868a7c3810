import t from 'tap'
import { RunTraffic } from '../../../lib/monitor/history/traffic.ts'
import type { PlaceDelta } from '../../../lib/monitor/progress/places.ts'

function traffic() {
  const news: PlaceDelta[] = []
  const places = { news: () => news.splice(0), close() {} }
  return { traffic: new RunTraffic(places), news }
}

const SERVER = { place: 'db:8080', isServer: true }

t.test('what is new counts for the run at hand; what was moved before the first one, for that', async (t) => {
  const { traffic: moving, news } = traffic()
  news.push({ ...SERVER, in: 5, out: 1 })
  const first = moving.takeBefore()
  t.match(first, { hosts: ['db:8080'], traffic: [{ place: 'db:8080', bytes_in: 5, bytes_out: 1 }] })
  news.push({ ...SERVER, in: 2, out: 0 }, { place: '/backups', isServer: false, in: 0, out: 9 })
  t.match(moving.added(first), {
    hosts: ['db:8080'],
    traffic: [
      { place: 'db:8080', bytes_in: 7, bytes_out: 1 },
      { place: '/backups', bytes_in: 0, bytes_out: 9 },
    ],
  })
  t.strictSame(moving.takeBefore(), { hosts: [], traffic: [] })
})

t.test('a stall counts for its server and its direction, with how long it was', async (t) => {
  const { traffic: moving } = traffic()
  const stall = { type: 'stalled', run: 'one', seconds: 60, for: 'server' } as const
  let moved = moving.stalled({ hosts: [] }, { ...stall, waits_for: 'db:8080', direction: 'out' })
  t.match(moved, { traffic: [{ place: 'db:8080', stalls_out: 1, stalls_in: 0, stalled_out_seconds: 0 }] })
  moved = moving.resumed(moved)
  t.ok(moved.traffic![0]!.stalled_out_seconds >= 60)
  moved = moving.resumed(moving.stalled(moved, { ...stall, waits_for: 'http://db:8080' }))
  t.match(moved.traffic, [{ place: 'db:8080', stalls_out: 1, stalls_in: 1 }])
  t.ok(moved.traffic![0]!.stalled_in_seconds >= 60)
  const input = moving.stalled({ hosts: [] }, { ...stall, for: 'input', waits_for: 'standard input' })
  t.strictSame(input, { hosts: [] }, 'an input is no target')
})
