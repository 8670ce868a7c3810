// Which connection a call takes, and when another is opened.
import t from 'tap'
import { type Channel, Connections } from '../../../../lib/store/weaviate/grpc/connections.ts'

const [IDLE, CONNECTING, READY] = [0, 1, 2]

/** A channel that is connected when the test says so. */
class Opened implements Channel {
  state = IDLE
  closed = false

  getConnectivityState(tryToConnect: boolean): number {
    if (tryToConnect && this.state === IDLE) this.state = CONNECTING
    return this.state
  }

  close(): void {
    this.closed = true
  }
}

function enter(most = 3) {
  const opened: Opened[] = []
  const open = () => opened[opened.push(new Opened()) - 1]!
  const connections = new Connections(most, open, (channel: Opened) => channel)
  /** Begins a call; returns the number of its connection, and what ends it. */
  const begin = () => {
    let end!: (error?: Error) => void
    let by!: Opened
    const ended = connections.call((channel) => {
      by = channel
      return new Promise<void>((resolve, reject) => {
        end = (error) => (error === undefined ? resolve() : reject(error))
      })
    })
    return { by: opened.indexOf(by), end, ended }
  }
  return { opened, begin, connections }
}

t.test('calls one after another take one connection', async (t) => {
  const { opened, begin } = enter()
  for (let n = 0; n < 5; n++) {
    const { by, end, ended } = begin()
    opened[0]!.state = READY
    end()
    await ended
    t.equal(by, 0)
  }
  t.equal(opened.length, 1)
})

t.test('a call does not wait for a connection that is opened because others are busy', (t) => {
  const { opened, begin } = enter()
  begin()
  opened[0]!.state = READY
  t.equal(begin().by, 0)
  t.strictSame([opened.length, opened[1]!.state], [2, CONNECTING])
  t.equal(begin().by, 0)
  t.equal(opened.length, 3)
  opened[1]!.state = READY
  t.equal(begin().by, 1, 'connected meanwhile')
  for (let n = 0; n < 9; n++) begin()
  t.equal(opened.length, 3, 'no more than there may be')
  t.end()
})

t.test('a broken connection is dropped, and any other error is none of its', async (t) => {
  const { opened, begin } = enter()
  const first = begin()
  opened[0]!.state = READY
  const second = begin()
  opened[1]!.state = READY
  first.end(new Error('not enough memory'))
  await t.rejects(first.ended, { message: 'not enough memory' })
  t.notOk(opened[0]!.closed)
  second.end(new Error('read ECONNRESET'))
  await t.rejects(second.ended, { message: 'read ECONNRESET' })
  t.ok(opened[0]!.closed)
  t.equal(begin().by, 1)
})

t.test('a connection that the server closed while it was not used connects again once it is needed', (t) => {
  const { opened, begin } = enter(2)
  begin()
  opened[0]!.state = READY
  begin()
  opened[1]!.state = IDLE
  t.equal(begin().by, 0)
  t.equal(opened[1]!.state, CONNECTING)
  opened[1]!.state = READY
  t.equal(begin().by, 1)
  t.end()
})

t.test('none stays open', (t) => {
  const { opened, begin, connections } = enter()
  begin()
  opened[0]!.state = READY
  begin()
  connections.close()
  t.ok(opened.length === 2 && opened.every(({ closed }) => closed))
  t.end()
})
