// Makes what the browser is sent: styles, scripts, one icon sprite, the favicon, each under a name that carries its hash.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { glob, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { spriteOf } from './icons.ts'

const root = path.resolve(import.meta.dirname, '..')
const source = path.join(root, 'src/browser')
const served = path.join(root, 'public/assets')
const viewer = path.join(root, 'build/viewer')

const hashOf = (...parts: (string | Uint8Array)[]) =>
  parts
    .reduce((hash, part) => hash.update(part), createHash('sha256'))
    .digest('hex')
    .slice(0, 12)

const listFiles = async (...patterns: string[]) => {
  const files: string[] = []
  for (const pattern of patterns) for await (const file of glob(pattern, { cwd: root })) files.push(file)
  return files.sort()
}

/** One value for everything the result depends on, so that an unchanged tree costs a few milliseconds. */
const stampOfInputs = async () => {
  const inputs = await listFiles(
    'src/browser/**/*.*',
    'src/{safe-to-contact,platform/text/names}/*.ts',
    'src/platform/text/visible.ts',
    'views/**/*.ejs',
    'locales/*/viewer.json',
    'tools/{build-assets,icons}.ts',
    'package-lock.json',
  )
  const contents = await Promise.all(inputs.map(file => readFile(path.join(root, file))))
  return hashOf(...inputs, ...contents)
}

const compileStyles = async (file: string) => {
  const { compileAsync } = await import('sass')
  const { transform } = await import('esbuild')
  const { css } = await compileAsync(file, {
    loadPaths: [path.join(root, 'node_modules')],
    quietDeps: true,
    // Bootstrap 5 is written with @import; Sass only promises to drop it in version 3.
    silenceDeprecations: ['import', 'global-builtin', 'color-functions', 'if-function'],
  })
  return (await transform(css, { loader: 'css', minify: true, legalComments: 'none' })).code
}

const bundle = async (entry: string, format: 'esm' | 'iife') => {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format,
    target: ['es2022', 'safari16.4'],
    legalComments: 'none',
    write: false,
    logLevel: 'error',
  })
  return outputFiles[0]?.text ?? ''
}

/** A page with code of its own keeps it in src/browser/<name>/page.ts, and is served it as <name>.js. */
const pageBundles = async () =>
  (await listFiles('src/browser/*/page.ts')).map(file => [`${path.basename(path.dirname(file))}.js`, file] as const)

const buildServed = async () => {
  const contents = new Map<string, string>([
    ['app.css', await compileStyles(path.join(source, 'styles/app.scss'))],
    ['app.js', await bundle(path.join(source, 'main.ts'), 'esm')],
    ['icons.svg', await spriteOf(root)],
    ['favicon.svg', await readFile(path.join(source, 'images/favicon.svg'), 'utf8')],
  ])
  for (const [name, file] of await pageBundles()) contents.set(name, await bundle(path.join(root, file), 'esm'))

  await mkdir(served, { recursive: true })
  const manifest: Record<string, string> = {}
  for (const [name, text] of contents) {
    const { name: stem, ext } = path.parse(name)
    const hashed = `${stem}.${hashOf(text)}${ext}`
    await writeFile(path.join(served, hashed), text)
    manifest[name] = `/assets/${hashed}`
  }
  // Everything is there before the manifest names it, and what it names no more goes last: another build or a starting
  // server finds a whole set at any moment.
  await writeFile(path.join(served, 'manifest.new'), JSON.stringify(manifest, null, 2) + '\n')
  await rename(path.join(served, 'manifest.new'), path.join(served, 'manifest.json'))
  const kept = new Set(['manifest.json', 'stamp', ...Object.values(manifest).map(file => path.basename(file))])
  for (const file of await readdir(served)) if (!kept.has(file)) await rm(path.join(served, file), { force: true })
  return contents
}

/** The viewer goes inside an exported file, so it is one plain script and one style sheet that the server reads. */
const buildViewer = async () => {
  const script = path.join(source, 'viewer/main.ts')
  if (!existsSync(script)) return
  const styles = path.join(source, 'viewer/viewer.scss')
  await mkdir(viewer, { recursive: true })
  await writeFile(path.join(viewer, 'viewer.js'), await bundle(script, 'iife'))
  await writeFile(path.join(viewer, 'viewer.css'), existsSync(styles) ? await compileStyles(styles) : '')
}

const stampFile = path.join(served, 'stamp')
const stamp = await stampOfInputs()
const before = await readFile(stampFile, 'utf8').catch(() => '')
if (
  before !== stamp ||
  (existsSync(path.join(source, 'viewer/main.ts')) && !existsSync(path.join(viewer, 'viewer.js')))
) {
  const contents = await buildServed()
  await buildViewer()
  await writeFile(stampFile, stamp)
  for (const [name, text] of contents) console.log(`${name} ${(text.length / 1024).toFixed(1)} KiB`)
}
