import { hash, verify } from '@node-rs/argon2'
import { createHmac } from 'node:crypto'
import type { KeySource } from './key-files.ts'

/** What is kept of a password; sealed before it reaches the database. */
export type PasswordHash = { argon2: string; pepper: string }

/** Argon2id (the library's default variant), RFC 9106: memory in KiB, passes, lanes; above the OWASP minimum of 19 MiB and 2 passes. */
const cost = { memoryCost: 32 * 1024, timeCost: 3, parallelism: 1 }

/** As many at once as the machine of two cores can do; each holds 32 MiB, and the others wait their turn. */
const mostAtOnce = 2

/**
 * Argon2id over HMAC-SHA256(pepper, password), off the event loop. The pepper never enters the database, so that a
 * stolen hash can't even be guessed at; its version is kept with the hash so that it can turn.
 */
export const createPasswords = (peppers: KeySource & { reload?: () => Promise<unknown> }) => {
  const inTurn = createTurns(mostAtOnce)

  const make = (password: string): Promise<PasswordHash> =>
    inTurn(async () => ({
      argon2: await hash(peppered(peppers.current.key, password), cost),
      pepper: peppers.current.id,
    }))

  const decoy = make('no account has this password')

  return {
    hash: make,
    /** Whether the pepper has turned since; whoever knows the password now hashes it anew. */
    isStale: ({ pepper }: PasswordHash): boolean => pepper !== peppers.current.id,
    /** Takes the same time where there is no hash to compare with, so that the answer does not tell who has an account. */
    verify: async (kept: PasswordHash | null, password: string): Promise<boolean> => {
      const compared = kept ?? (await decoy)
      if (!peppers.find(compared.pepper)) await peppers.reload?.() // another process has just turned it
      const pepper = peppers.find(compared.pepper)
      if (!pepper) throw new Error(`pepper ${compared.pepper} is missing from the pepper file`)
      const right = await inTurn(() => verify(compared.argon2, peppered(pepper.key, password)))
      return right && kept !== null
    },
  }
}
export type Passwords = ReturnType<typeof createPasswords>

/**
 * NFKC, so that the same password typed on another keyboard is the same bytes (NIST SP 800-63B 3.1.1.2). As base64, since
 * the library's `verify` reads its input as text.
 */
const peppered = (pepper: Buffer, password: string) =>
  createHmac('sha256', pepper).update(password.normalize('NFKC')).digest('base64')

const createTurns = (most: number) => {
  let busy = 0
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (busy >= most) await new Promise<void>(resolve => waiting.push(resolve))
    else busy++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else busy--
    }
  }
}
