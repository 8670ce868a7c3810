/** Several nodes of one cluster: texts name only the first; the line that announces the target names all of them. */
const NODES = /(https?:\/\/[^\s,?]+)(\?[^\s,]*)?((?:,https?:\/\/[^\s,]+)+)/g

/** A target, or a text that contains targets, shortened for a line. */
export function shortTarget(text: string): string {
  return text.replace(NODES, (_, first: string, _query: string | undefined, others: string) => {
    const more = others.split(',').length - 1
    return `${first} (and ${more} more ${more === 1 ? 'node' : 'nodes'})`
  })
}

/** The names of two sides, `NAME in TARGET`: a common target appears once. */
export function sidesText(left: string, right: string): string {
  const target = left.slice(Math.max(0, left.lastIndexOf(' in ')))
  const isOne = target.startsWith(' in ') && right.endsWith(target)
  return shortTarget(isOne ? `${left.slice(0, -target.length)} | ${right}` : `${left} | ${right}`)
}
