/** Closes something; may fail. */
export type Close = () => unknown

/**
 * Closes one thing after the other, in this order, also where one of them fails.
 * @throws what the first one threw that failed, once all have been tried
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
 * Works, and then closes all that was opened for it; `closers` may grow meanwhile.
 * @throws what the work threw, where it failed, else what kept something from being closed
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
