/** Calls `work` until it has succeeded once, and gives the same from then on: what is repeated around it does not repeat that. */
export function succeedingOnce<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined
  return () => {
    done ??= work().catch((thrown) => {
      done = undefined
      throw thrown
    })
    return done
  }
}
