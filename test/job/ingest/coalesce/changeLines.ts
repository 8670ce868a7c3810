import fc from 'fast-check'

const path = fc.constantFrom('a.ts', 'b.ts', 'c.ts', 'd.ts')

/** A record of this repository as a line. */
export function changeLine(record: object): string {
  return JSON.stringify({ repo: 'A', ...record })
}

/** Lines of a few paths that are added, changed, renamed, deleted and skipped again and again, with these contents. */
export function changeLines(content: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const [add, modify, rename] = [fc.constant('add'), fc.constant('modify'), fc.constant('rename')]
  const moved = { op: rename, path, new_path: path, content }
  return fc
    .oneof(
      { weight: 6, arbitrary: fc.record<object>({ op: add, path, content }) },
      { weight: 2, arbitrary: fc.record<object>({ op: fc.constant('delete'), path }) },
      { weight: 2, arbitrary: fc.record<object>({ op: modify, path, metadata: fc.record({ n: content }) }) },
      { weight: 3, arbitrary: fc.record(moved, { requiredKeys: ['op', 'path', 'new_path'] }) },
      { weight: 1, arbitrary: fc.record<object>({ op: add, path, skip_index: fc.constant(true) }) },
    )
    .map(changeLine)
}
