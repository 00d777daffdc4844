import type { Command } from 'commander'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { makeKeyPair } from '../features/officer-keys/index.ts'
import { OperatorFault } from '../platform/errors.ts'
import { say } from '../start/terminal.ts'
import { askSecretly, isTerminal, linesOfInput } from './asking.ts'

/** `key-pair`: for a security officer's own computer. Needs no installation: no database, keys or settings. */
export const addKeyPairCommand = (program: Command) => {
  program
    .command('key-pair')
    .description('make a key pair that emergency exports can be sealed to, on the officer’s own computer')
    .requiredOption('--out <file>', 'where the identity, the secret half, is written; nothing is overwritten')
    .option('--passphrase', 'protect the identity file by a passphrase, which is asked for (or piped in)')
    .action(async ({ out, passphrase }: { out: string; passphrase?: boolean }) => {
      const file = resolve(out)
      const secret = passphrase ? await newPassphrase() : null
      const { publicKey, identityFile } = await makeKeyPair(new Date(), secret)
      await writeOnce(file, identityFile)
      say(`Public key: ${publicKey}`)
      process.stderr.write(
        `The identity is in ${file}; keep it on this computer and a copy of it in a safe place. Register the public key in Ostoja, under Exports, Public keys.\n`,
      )
    })
}

const newPassphrase = async (): Promise<string> => {
  const first = isTerminal() ? await askSecretly('Passphrase: ') : ((await linesOfInput())[0] ?? '')
  if (!first) throw new OperatorFault('The passphrase is empty, so nothing was made.')
  if (isTerminal() && first !== (await askSecretly('Once more: ')))
    throw new OperatorFault('The two are not the same, so nothing was made.')
  return first.normalize('NFC')
}

/** For its owner's eyes alone, and never over something that is there: it might be another key. */
const writeOnce = async (file: string, text: string) => {
  const handle = await open(file, 'wx', 0o600).catch((fault: unknown) => {
    throw new OperatorFault(whyNot(file, (fault as NodeJS.ErrnoException).code))
  })
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const whyNot = (file: string, code = '') =>
  code === 'EEXIST'
    ? `${file}: there is a file already, and it was left as it is; give another name with --out.`
    : `${file}: cannot be written (${code}); give a file in a folder of yours with --out.`
