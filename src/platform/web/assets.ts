import { readFileSync } from 'node:fs'
import path from 'node:path'

/** Gives the served path of a built asset by its plain name; throws for a name that was not built. */
export type Asset = (name: string) => string

/**
 * Reads the manifest that tools/build-assets.ts leaves in `publicDir`/assets.
 * @param publicDir the folder whose files are served at the root
 * @throws when the assets have not been built
 */
export const loadAssets = (publicDir: string): Asset => {
  const paths = new Map(Object.entries(readManifest(publicDir)))
  return name => {
    const served = paths.get(name)
    if (served === undefined)
      throw new Error(`There is no asset "${name}"; the built ones are ${[...paths.keys()].join(', ')}.`)
    return served
  }
}

const readManifest = (publicDir: string) => {
  const file = path.join(publicDir, 'assets/manifest.json')
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
  } catch (cause) {
    throw new Error(`The assets are not built (${file} cannot be read): run npm run build.`, { cause })
  }
}
