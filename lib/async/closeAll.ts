/** Closes something; may fail. */
export type Close = () => unknown

/**
 * Closes everything in this order, even if something fails.
 * @throws the first error, after everything has been tried
 */
export async function closeAll(closers: readonly Close[]): Promise<void> {
  const failures: unknown[] = []
  for (const close of closers) {
    try {
      await close()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

/**
 * Does the work, then closes everything in `closers`, which may grow meanwhile.
 * @throws the error of the work, otherwise the first error while closing
 */
export async function closingAfter<T>(closers: readonly Close[], work: () => Promise<T>): Promise<T> {
  let result: T
  try {
    result = await work()
  } catch (error) {
    await closeAll(closers).catch(() => {})
    throw error
  }
  await closeAll(closers)
  return result
}
