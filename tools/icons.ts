import { glob, readFile } from 'node:fs/promises'
import path from 'node:path'

/** The bootstrap-icons the views may name. The sprite holds these and nothing else; an unknown name fails the build. */
const iconNames = [
  'activity',
  'arrow-counterclockwise',
  'arrow-down',
  'arrow-left',
  'arrow-repeat',
  'arrow-right',
  'arrow-up',
  'archive',
  'box-arrow-right',
  'box-arrow-in-right',
  'building',
  'calendar3',
  'chat-left-text',
  'check-circle',
  'check-lg',
  'chevron-down',
  'chevron-left',
  'chevron-right',
  'clipboard',
  'clock',
  'clock-history',
  'collection',
  'cloud-download',
  'download',
  'envelope',
  'eraser',
  'exclamation-circle',
  'exclamation-triangle',
  'eye',
  'eye-slash',
  'file-earmark',
  'file-earmark-image',
  'file-earmark-lock',
  'file-earmark-pdf',
  'file-earmark-spreadsheet',
  'funnel',
  'gear',
  'geo-alt',
  'grip-vertical',
  'hourglass-split',
  'house-door',
  'inbox',
  'info-circle',
  'key',
  'keyboard',
  'list',
  'list-task',
  'lock',
  'megaphone',
  'paperclip',
  'pencil',
  'people',
  'person',
  'person-check',
  'person-plus',
  'person-vcard',
  'person-x',
  'plus-lg',
  'printer',
  'question-circle',
  'search',
  'send',
  'shield-check',
  'shield-exclamation',
  'shield-lock',
  'signpost-split',
  'slash-circle',
  'stopwatch',
  'telephone',
  'telephone-plus',
  'translate',
  'trash',
  'upload',
  'x-circle',
  'x-lg',
] as const

/** Every literal name given to the icon partial, or to a partial that passes one on. */
const namesInViews = async (root: string) => {
  const names = new Set<string>()
  for await (const file of glob('views/**/*.ejs', { cwd: root })) {
    const text = await readFile(path.join(root, file), 'utf8')
    for (const [, name] of text.matchAll(/layout\/icon'\s*,\s*\{\s*name:\s*'([^']*)'/g)) names.add(name ?? '')
    for (const [, name] of text.matchAll(/\bicon:\s*'([^']*)'/g)) names.add(name ?? '')
  }
  return names
}

/**
 * The sprite's text: one symbol a name, `<use href="…icons.svg#name">`.
 * @throws when a view names an icon that is not listed, or a listed one is not in bootstrap-icons.
 */
export const spriteOf = async (root: string) => {
  const listed = new Set<string>(iconNames)
  const unlisted = [...(await namesInViews(root))].filter(name => !listed.has(name))
  if (unlisted.length > 0) throw new Error(`Views use icons that tools/icons.ts does not list: ${unlisted.join(', ')}`)

  const symbols = iconNames.map(async name => {
    const svg = await readFile(path.join(root, 'node_modules/bootstrap-icons/icons', `${name}.svg`), 'utf8').catch(
      () => {
        throw new Error(`tools/icons.ts lists "${name}", which bootstrap-icons does not have`)
      },
    )
    const shape = svg.slice(svg.indexOf('>') + 1, svg.lastIndexOf('</svg>')).replaceAll(/\n\s*/g, '')
    return `<symbol id="${name}" viewBox="0 0 16 16">${shape}</symbol>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg">${(await Promise.all(symbols)).join('')}</svg>`
}
