/**
 * Calls `work` until it succeeds once, and then always gives that result, so that repeating the code around it does
 * not repeat the work.
 */
export function onceSuccessful<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined
  return () => {
    done ??= work().catch((thrown) => {
      done = undefined
      throw thrown
    })
    return done
  }
}
