import { basename } from 'node:path'
import { type BuildOptions, build, type Plugin, transform } from 'esbuild'

/** What chunks give away. Of a package in CommonJS that is all of it, as Node itself does it. */
const GIVE = `function $give(to,getters){for(const name in getters)Object.defineProperty(to,name,{get:getters[name],enumerable:true})}
function $giveAll(to,from){to.default=from;for(const name of Object.getOwnPropertyNames(from))
if(name!=="default")Object.defineProperty(to,name,{get:()=>from[name],enumerable:true})}`

const EXPORTS = /export\{([^}]*)\};?\s*$/
const EXPORTED_DEFAULT = /export default ([\w$]+\(\));?\s*$/
const INLINE_MAP = /\/\/# sourceMappingURL=\S+\s*$/

/** What it says for the order of modules alone: none of ours does anything by being loaded. */
const BARE_IMPORT = /\bimport"\.\/[\w-]+\.js";/g

/**
 * Options for a bundle of CommonJS in which each part of a program that is loaded by itself is a function: what a run does not load
 * is neither compiled nor brought back with the compiled code that was kept. With one scope for all, each start makes
 * thousands of functions that it never calls.
 */
export async function inChunks(entry: string, options: BuildOptions): Promise<BuildOptions> {
  const { banner, ...rest } = options
  const { outputFiles } = await build({
    ...rest,
    entryPoints: { main: entry },
    splitting: true,
    format: 'esm',
    sourcemap: 'inline',
    // By default they stand at the end, where the exports are looked for.
    legalComments: 'inline',
    write: false,
  })
  const made = outputFiles!.map(
    async ({ path, text }) => [`./${basename(path)}`, await chunkOf(text)] as const,
  )
  const chunks = new Map(await Promise.all(made))
  return {
    entryPoints: ['./main.js'],
    plugins: [loading(chunks, rest.outdir!)],
    banner: { js: `${banner?.js ?? ''}\n${GIVE}` },
  }
}

function loading(chunks: ReadonlyMap<string, string>, resolveDir: string): Plugin {
  return {
    name: 'chunks',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /./ }, ({ path }) =>
        chunks.has(path) ? { path, namespace: 'chunk' } : { path, external: true },
      )
      onLoad({ filter: /./, namespace: 'chunk' }, ({ path }) => ({ contents: chunks.get(path)!, resolveDir }))
    },
  }
}

/** A chunk in CommonJS, with its source map. */
async function chunkOf(text: string): Promise<string> {
  const { code } = await transform(withGetters(text.replace(BARE_IMPORT, '')), {
    format: 'cjs',
    platform: 'node',
    target: 'node22.22',
    sourcemap: 'inline',
    sourcesContent: false,
  })
  return code.replace(/import\(("\.\/[\w-]+\.js")\)/g, 'Promise.resolve().then(()=>require($1))')
}

/** The exports of a chunk stand at its end. No part of the program is in a circle, so that there is the time to give them. */
function withGetters(text: string): string {
  const map = INLINE_MAP.exec(text)?.[0] ?? ''
  const code = text.slice(0, text.length - map.length)
  const own = EXPORTED_DEFAULT.exec(code)
  if (own !== null) return `${code.slice(0, own.index)}$giveAll(exports,${own[1]});\n${map}`
  const match = EXPORTS.exec(code)
  if (match === null) {
    if (/\bexport\s*\{/.test(code.slice(-1000)))
      throw new Error(`exports of a chunk in another place: ${code.slice(-200)}`)
    return text
  }
  const getters = match[1]!.split(',').map((one) => {
    const [local, name = local] = one.trim().split(' as ')
    return `${name}:()=>${local}`
  })
  return `${code.slice(0, match.index)}$give(exports,{${getters.join(',')}});\n${map}`
}
