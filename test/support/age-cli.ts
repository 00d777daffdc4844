import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Takes the age file out of an export with the standard tools that the file's own comment names. */
export const extractWithTools = async (
  html: string,
  ageFile: string,
  which: 'for-passphrase' | 'for-keys' = 'for-passphrase',
) => {
  const { readFile } = await import('node:fs/promises')
  const comment = (await readFile(html, 'utf8')).slice(0, 4000)
  const part = /^ +(part\(\) .*)$/m.exec(comment)?.[1]
  const command = new RegExp(`^ +(\\(part ${which}; part payload\\) > \\w+\\.age)$`, 'm').exec(comment)?.[1]
  if (!part || !command) throw new Error('The file does not say how to extract its payload')
  const script = `${part.replace('EXPORT.html', `'${html}'`)}\n${command.replace(/\w+\.age$/, `'${ageFile}'`)}`
  await run('sh', ['-c', script])
}

/** Opens a file with Debian's age (by `identity`, a file that a passphrase protects, or by a passphrase), which reads a passphrase only from a terminal: `script` is that terminal. */
export const openWithAge = (ageFile: string, passphrase: string, plainFile: string, identity = '') =>
  new Promise<{ code: number; said: string }>((resolve, reject) => {
    const terminal = spawn('script', [
      '-qec',
      `age -d ${identity && `-i '${identity}'`} -o '${plainFile}' '${ageFile}'`,
      '/dev/null',
    ])
    let said = ''
    let typed = false
    terminal.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString()
      if (typed || !said.includes('passphrase')) return
      typed = true
      terminal.stdin.write(`${passphrase}\n`)
    })
    terminal.on('error', reject)
    terminal.on('close', code => resolve({ code: code ?? 1, said }))
  })
