/** Extensions, in lower case, by language. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  Assembly: 'asm s',
  C: 'c h',
  'C#': 'cs csx',
  'C++': 'cc cpp cxx hh hpp hxx',
  CMake: 'cmake',
  CSS: 'css',
  CSV: 'csv',
  Clojure: 'clj cljc cljs',
  CoffeeScript: 'coffee',
  Crystal: 'cr',
  Dart: 'dart',
  Diff: 'diff patch',
  Dockerfile: 'dockerfile',
  Elixir: 'ex exs',
  Elm: 'elm',
  Erlang: 'erl hrl',
  'F#': 'fs fsi fsx',
  Fortran: 'f f90 f95',
  GLSL: 'frag glsl vert',
  Go: 'go',
  GraphQL: 'gql graphql',
  Groovy: 'gradle groovy',
  HCL: 'hcl tf tfvars',
  HTML: 'htm html xhtml',
  Haskell: 'hs lhs',
  INI: 'cfg conf ini properties',
  JSON: 'geojson json json5 jsonc jsonl ndjson webmanifest',
  Java: 'java',
  JavaScript: 'cjs js jsx mjs',
  Julia: 'jl',
  Jupyter: 'ipynb',
  Kotlin: 'kt kts',
  Less: 'less',
  Lisp: 'el lisp',
  Lua: 'lua',
  Makefile: 'mak mk',
  Markdown: 'markdown md mdx',
  Nim: 'nim',
  Nix: 'nix',
  OCaml: 'ml mli',
  'Objective-C': 'm mm',
  PHP: 'php phtml',
  Pascal: 'pas',
  Perl: 'pl pm',
  PowerShell: 'ps1 psd1 psm1',
  'Protocol Buffers': 'proto',
  Python: 'py pyi pyw pyx',
  R: 'r rmd',
  Ruby: 'erb gemspec rake rb',
  Rust: 'rs',
  SQL: 'sql',
  SVG: 'svg',
  Sass: 'sass scss',
  Scala: 'sc scala',
  Scheme: 'rkt scm ss',
  Shell: 'bash fish ksh sh zsh',
  Solidity: 'sol',
  Starlark: 'bzl star',
  Svelte: 'svelte',
  Swift: 'swift',
  TOML: 'toml',
  TeX: 'bib cls sty tex',
  Text: 'log text txt',
  TypeScript: 'cts mts ts tsx',
  'Visual Basic': 'bas vb vbs',
  Vue: 'vue',
  WebAssembly: 'wat',
  XML: 'plist xml xsd xsl xslt',
  YAML: 'yaml yml',
  Zig: 'zig',
  reStructuredText: 'rst',
}

/** Languages by whole file name, in lower case. */
const NAMES: Readonly<Record<string, string>> = {
  CMake: 'cmakelists.txt',
  Dockerfile: 'containerfile dockerfile',
  Go: 'go.mod go.sum',
  Groovy: 'jenkinsfile',
  INI: '.editorconfig .gitconfig .npmrc',
  JSON: '.babelrc .eslintrc .prettierrc composer.lock pipfile.lock',
  Makefile: 'gnumakefile makefile',
  Ruby: 'gemfile rakefile vagrantfile',
  Shell: '.bash_profile .bashrc .profile .zshrc',
  Starlark: 'build build.bazel workspace workspace.bazel',
  TOML: 'cargo.lock pipfile poetry.lock',
}

function turned(table: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const pairs = Object.entries(table).flatMap(([language, keys]) =>
    keys.split(' ').map((key) => [key, language] as const),
  )
  return new Map(pairs)
}

const languageByExtension = turned(EXTENSIONS)
const languageByName = turned(NAMES)

/** Each language with its extensions and whole names, in lower case. */
export function languages(): { language: string; extensions: string[]; names: string[] }[] {
  const words = (text = '') => text.split(' ').filter((word) => word !== '')
  return [...new Set([...Object.keys(EXTENSIONS), ...Object.keys(NAMES)])].sort().map((language) => ({
    language,
    extensions: words(EXTENSIONS[language]),
    names: words(NAMES[language]),
  }))
}

/**
 * The language of a file by its whole name, otherwise by its extension (lower case, without the dot), otherwise
 * `Unknown`. Does not read the content. When the tables change, the layout's version has to change, too.
 */
export function languageOf(fileName: string, extension: string): string {
  return languageByName.get(fileName.toLowerCase()) ?? languageByExtension.get(extension) ?? 'Unknown'
}
