/** Several nodes of one cluster: a line of text names the first, the line that says which target it is all of them. */
const NODES = /(https?:\/\/[^\s,?]+)(\?[^\s,]*)?((?:,https?:\/\/[^\s,]+)+)/g

/** A target, or a text with targets in it, as it stands within a line. */
export function shortTarget(text: string): string {
  return text.replace(NODES, (_, first: string, _query: string | undefined, others: string) => {
    const more = others.split(',').length - 1
    return `${first} (and ${more} more ${more === 1 ? 'node' : 'nodes'})`
  })
}

/** The names of two sides, `NAME in TARGET`: one target is said once. */
export function sidesText(left: string, right: string): string {
  const target = left.slice(Math.max(0, left.lastIndexOf(' in ')))
  const isOne = target.startsWith(' in ') && right.endsWith(target)
  return shortTarget(isOne ? `${left.slice(0, -target.length)} | ${right}` : `${left} | ${right}`)
}
