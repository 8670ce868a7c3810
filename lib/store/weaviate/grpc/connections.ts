import { isConnectionBroken } from '../cluster/failure.ts'

/** `connectivityState.READY` of grpc-js, which nice-grpc does not export. */
const READY = 2

/** The part of a gRPC channel that is used here: it connects when it is first used, or asked to. */
export interface Channel {
  getConnectivityState(tryToConnect: boolean): number
  close(): void
}

interface Connection<Client, Opened> {
  readonly channel: Opened
  readonly client: Client
  inFlight: number
}

/**
 * Several connections to one server. A call goes over the connected one with the fewest calls in flight; while all of
 * them have some, another is opened in the background, so that no call but the first waits for it. A connection that
 * breaks loses only its own calls, and is dropped: a channel that reconnects by itself waits longer and longer.
 */
export class Connections<Client, Opened extends Channel> {
  readonly #most: number
  readonly #open: () => Opened
  readonly #clientOf: (channel: Opened) => Client
  #all: Connection<Client, Opened>[] = []

  constructor(most: number, open: () => Opened, clientOf: (channel: Opened) => Client) {
    this.#most = most
    this.#open = open
    this.#clientOf = clientOf
  }

  /** Makes a call. Errors: those of the transport */
  async call<T>(make: (client: Client) => Promise<T>): Promise<T> {
    const connection = this.#leastUsed()
    connection.inFlight += 1
    try {
      return await make(connection.client)
    } catch (error) {
      if (isConnectionBroken(error)) this.#drop(connection)
      throw error
    } finally {
      connection.inFlight -= 1
    }
  }

  close(): void {
    for (const { channel } of this.#all) channel.close()
    this.#all = []
  }

  #leastUsed(): Connection<Client, Opened> {
    const connected = this.#all.filter(({ channel }) => channel.getConnectivityState(false) === READY)
    const [best, ...others] = connected.length > 0 ? connected : this.#all
    if (best === undefined) return this.#add()
    const chosen = others.reduce((least, one) => (one.inFlight < least.inFlight ? one : least), best)
    if (chosen.inFlight > 0) this.#connectAnother()
    return chosen
  }

  /**
   * Opens another connection in the background, unless there are as many as calls, or as there may be; one that the
   * server closed because it was not used connects again.
   */
  #connectAnother(): void {
    const calls = this.#all.reduce((sum, { inFlight }) => sum + inFlight, 1)
    for (const { channel } of this.#all)
      if (channel.getConnectivityState(false) !== READY) channel.getConnectivityState(true)
    if (this.#all.length < Math.min(calls, this.#most)) this.#add().channel.getConnectivityState(true)
  }

  #add(): Connection<Client, Opened> {
    const channel = this.#open()
    const connection = { channel, client: this.#clientOf(channel), inFlight: 0 }
    this.#all.push(connection)
    return connection
  }

  #drop(connection: Connection<Client, Opened>): void {
    if (!this.#all.includes(connection)) return
    this.#all = this.#all.filter((one) => one !== connection)
    connection.channel.close()
  }
}
