/** What the double says when it refuses: a real server's text, without what REST or gRPC put around it. */
export class Refusal extends Error {
  /** The REST status. */
  readonly status: number

  constructor(text: string, status = 422) {
    super(text)
    this.name = 'Refusal'
    this.status = status
  }
}

/** What `work` refused with, or undefined. Anything else that is thrown goes on. */
export function refusalOf(work: () => void): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}
