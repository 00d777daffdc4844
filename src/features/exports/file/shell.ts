import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import english from '../../../../locales/en/viewer.json' with { type: 'json' }
import polish from '../../../../locales/pl/viewer.json' with { type: 'json' }
import { createBase64Lines } from './base64-lines.ts'

/** The bundled code and look that travel in every export. */
export type Viewer = { script: string; style: string }

/** Reads the bundled viewer from `directory` (`viewer.js`, `viewer.css`). Throws when it has not been built. */
export const loadViewer = async (directory: string): Promise<Viewer> => {
  const [script, style] = await Promise.all([
    readFile(join(directory, 'viewer.js'), 'utf8'),
    readFile(join(directory, 'viewer.css'), 'utf8'),
  ])
  // Either would end the element early or change how a parser reads the rest.
  if (/<\/script|<!--/i.test(script)) throw new Error('The viewer script cannot stand inside an HTML file')
  if (/<\/script|<!--/i.test(style)) throw new Error('The viewer style cannot stand inside an HTML file')
  return { script: script.trim(), style: style.trim() }
}

/**
 * Shown by the browser alone, in case the viewer's code never runs: the file ends before it (cut), or the code is not
 * what the policy names (altered; then the file's last element is there).
 */
const NOTICE_STYLE = [
  ':root{color-scheme:light dark}',
  'body{margin:0;font:1.125rem/1.5 system-ui,sans-serif}',
  '.notice{max-width:38rem;margin:3rem auto;padding:0 1.25rem}',
  'body:has(#whole) .notice-cut{display:none}',
  'body:has(#whole) .notice-altered{display:block}',
  '@media (scripting:none){.notice-cut,.notice-altered{display:none!important}}',
].join('')

const notice = (name: 'cut' | 'altered') =>
  [polish, english]
    .map(
      (words, at) =>
        `<p lang="${at === 0 ? 'pl' : 'en'}"><strong>${words[name].title}</strong><br>${words[name].text}</p>`,
    )
    .join('')

const NOTICES =
  `<div class="notice notice-cut">${notice('cut')}</div>` +
  `<div class="notice notice-altered" hidden="">${notice('altered')}</div>`

/** The headers of age, as text, of which any, followed by the body, is an age file; null where an export has no such one. */
export type Headers = { passphrase: string | null; keys: string | null }

const comment = (createdAt: string, headers: Headers) => `
  Ostoja: eksport awaryjny / emergency export, ${createdAt}

  Otwórz ten plik w dowolnej przeglądarce. Nie potrzeba sieci ani instalacji.
  Open this file in any web browser. It needs no network and nothing installed.

  Bez przeglądarki: poniżej jest plik age, w częściach zapisanych w base64.
  No browser at hand? Below is an age file (age-encryption.org/v1), in parts written in base64:

    part() { sed -n '/id="'$1'">$/,/^<.script>/p' EXPORT.html | sed '1d;$d' | base64 -d; }
${headers.passphrase ? '    (part for-passphrase; part payload) > export.age\n    age -d export.age > export.ndjson\n' : ''}${
  headers.keys
    ? '    (part for-keys; part payload) > keys.age\n    age -d -i IDENTITY-FILE keys.age > export.ndjson\n'
    : ''
}
  What comes out is JSON: one line about the export, then one line for each client.
`

/** Everything before the payload. The viewer stands first, so that it can speak even when the rest is missing. */
export const shellBefore = (viewer: Viewer, createdAt: string, headers: Headers) =>
  [
    '<!doctype html>',
    '<html lang="pl">',
    '<head>',
    '<meta charset="utf-8">',
    `<!--${comment(createdAt, headers)}-->`,
    `<meta http-equiv="Content-Security-Policy" content="${contentPolicy(viewer)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="robots" content="noindex">',
    '<meta name="format-detection" content="telephone=no">',
    `<title>${title(createdAt)}</title>`,
    `<style id="notice-style">${NOTICE_STYLE}</style>`,
    '</head>',
    '<body>',
    `<div id="app" translate="no">${NOTICES}</div>`,
    `<noscript><div class="notice">${NO_SCRIPT}</div></noscript>`,
    `<script type="text/plain" id="viewer-style">${viewer.style}</script>`,
    `<script id="viewer">${viewer.script}</script>`,
    ...(headers.passphrase
      ? [`<script type="text/plain" id="for-passphrase">${inLines(headers.passphrase)}</script>`]
      : []),
    ...(headers.keys ? [`<script type="text/plain" id="for-keys">${inLines(headers.keys)}</script>`] : []),
    '<script type="text/plain" id="payload">',
    '',
  ].join('\n')

/** A header in base64, on lines of its own. */
const inLines = (header: string) => {
  const lines = createBase64Lines()
  return `\n${lines.push(Buffer.from(header, 'latin1')).toString()}${lines.end().toString()}`
}

const NO_SCRIPT = `<p lang="pl">${polish.noScript.text}</p><p lang="en">${english.noScript.text}</p>`

// eslint-disable-next-line no-restricted-syntax -- it is told by the clocks of the organisation
const title = (createdAt: string) => `Ostoja ${createdAt.slice(0, 10)}`

/** Nothing but this one script, this look and a worker made from the same script; no connection of any kind. */
const contentPolicy = ({ script, style }: Viewer) =>
  [
    `default-src 'none'`,
    `script-src '${cspHash(script)}'`,
    `style-src '${cspHash(style)}' '${cspHash(NOTICE_STYLE)}'`,
    'worker-src blob:',
    `connect-src 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ')

/** The end marker and, as the very last bytes, the element whose absence tells that the file was cut. */
export const shellAfter = (
  viewer: Viewer,
  createdAt: string,
  headers: Headers,
  payload: { length: number; sha256: string },
) => {
  const sealedFor = [headers.passphrase, headers.keys].map(header => (header ? inLines(header) : ''))
  const around = [
    comment(createdAt, headers),
    contentPolicy(viewer),
    title(createdAt),
    NOTICE_STYLE,
    viewer.style,
    NOTICES,
  ]
  const parts = [...around, ...sealedFor]
  const shell = sha256(parts.join('\n'))
  const check = sha256(`${payload.length}:${payload.sha256}:${shell}`)
  const marker = JSON.stringify({ ...payload, shell, check })
  return `</script>\n<script type="application/json" id="end">${marker}</script>\n<i hidden id="whole">`
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const cspHash = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`
