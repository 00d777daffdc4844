import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'

const run = promisify(execFile)

/** What pg_dump writes of every schema, as the role that backups use, into a file of `folder`. */
export const dumpDatabase = async (services: Record<string, string>, folder: string) => {
  const program = join(services.PG_BIN ?? '', 'pg_dump')
  await run(program, [
    '--format=plain',
    '--no-sync',
    `--file=${join(folder, 'database.sql')}`,
    services.BACKUP_DATABASE_URL!,
  ])
}

/** Every key of Redis with its value, into a file of `folder`. */
export const dumpRedis = async (services: Record<string, string>, folder: string) => {
  const redis = new Redis(services.REDIS_URL!)
  const parts: Buffer[] = []
  for (const key of await redis.keysBuffer('*')) {
    const value = (await redis.dumpBuffer(key)) as Buffer | null
    if (!value) continue // has expired meanwhile
    parts.push(key, Buffer.from('\n'), value, Buffer.from('\n'))
    const plain = (await redis.type(key)) === 'string' ? await redis.getBuffer(key) : null
    if (plain) parts.push(plain, Buffer.from('\n'))
  }
  redis.disconnect()
  await writeFile(join(folder, 'redis.bin'), Buffer.concat(parts))
}

/** The ways in which a text may stand in a file: as it is, as hexadecimal, and as base64 from any of the three places of a group. */
export const encodings = (text: string): string[] => {
  const bytes = Buffer.from(text)
  const hex = bytes.toString('hex')
  const base64 = [0, 1, 2].map(shift => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const whole = Math.floor(((bytes.length + shift) * 8) / 6)
    return encoded.slice([0, 2, 3][shift], whole)
  })
  return [
    text,
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map(part => part.replaceAll('+', '-').replaceAll('/', '_')),
  ]
}

/**
 * Looks for any of `needles`, in any encoding, in all files under `folders`. The programs that own them may go on: where a file
 * goes away under the search, all of it is done again.
 * @param except names of files and folders that are left out
 * @returns lines of `file:what was found`
 */
export const findLeaks = async (
  needles: readonly string[],
  folders: readonly string[],
  scratch: string,
  except: readonly string[] = [],
) => {
  const patterns = join(scratch, 'needles')
  await writeFile(patterns, `${[...new Set(needles.flatMap(encodings))].join('\n')}\n`)
  const options = [
    '-a',
    '-r',
    '-o',
    '-F',
    '-f',
    patterns,
    ...except.flatMap(name => [`--exclude=${name}`, `--exclude-dir=${name}`]),
  ]
  for (let turn = 1; ; turn++) {
    try {
      return await search([...options, ...folders])
    } catch (fault) {
      if (turn === 10 || !onlyGone(fault as { stderr?: string })) throw fault
    }
  }
}

const search = async (args: string[]) => {
  try {
    const { stdout } = await run('grep', args, { env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 100_000_000 })
    return [...new Set(stdout.split('\n').filter(Boolean))]
  } catch (fault) {
    if ((fault as { code?: number }).code === 1) return []
    throw fault
  }
}

const onlyGone = ({ stderr = '' }: { stderr?: string }) =>
  stderr.trim() !== '' &&
  stderr
    .trim()
    .split('\n')
    .every(line => line.endsWith('No such file or directory'))
