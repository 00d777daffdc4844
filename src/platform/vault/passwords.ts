import { createHmac } from 'node:crypto'
import { createTurns } from '../turns.ts'
import { createArgon2Threads } from './argon2-threads.ts'
import type { KeySource } from './key-files.ts'

/** What is kept of a password; sealed before it reaches the database. */
export type PasswordHash = { argon2: string; pepper: string }

/** Of Argon2id: memory in KiB, passes, lanes (RFC 9106, section 4). */
export type PasswordCost = { memoryCost: number; timeCost: number; parallelism: number }

/** Above the OWASP minimum of 19 MiB and 2 passes. */
export const productionPasswordCost: PasswordCost = { memoryCost: 32 * 1024, timeCost: 3, parallelism: 1 }

/** As many at once as the machine of two cores can do; each holds 32 MiB, and the others wait their turn. */
const mostAtOnce = 2
/** More are not let in: the last of so many gets its turn in some 5 seconds. */
const mostWaiting = 50
const busySeconds = 5

/**
 * Argon2id over HMAC-SHA256(pepper, password), off the event loop and behind whatever else there is to do. The pepper never enters the database, so that a
 * stolen hash can't even be guessed at; its version is kept with the hash so that it can turn.
 * Both `hash` and `verify` take their time: never call them with a transaction open. They throw TooBusy where too many wait.
 * @param cost lower only in tests
 */
export const createPasswords = (
  peppers: KeySource & { reload?: () => Promise<unknown> },
  cost: PasswordCost = productionPasswordCost,
) => {
  const inTurn = createTurns(mostAtOnce, mostWaiting, busySeconds)
  const argon2 = createArgon2Threads()

  const make = (password: string): Promise<PasswordHash> =>
    inTurn(async () => {
      const { id, key } = peppers.current // taken together: it may turn while the password is being hashed
      return { argon2: await argon2.hash(peppered(key, password), cost), pepper: id }
    })

  let decoy: { pepper: string; hash: Promise<PasswordHash> } | undefined
  /** Made anew when the pepper turns: the old one's key will be taken out of the file. */
  const currentDecoy = (): Promise<PasswordHash> => {
    const pepper = peppers.current.id
    if (decoy?.pepper === pepper) return decoy.hash
    const fresh = { pepper, hash: make('no account has this password') }
    decoy = fresh
    fresh.hash.catch(() => {
      if (decoy === fresh) decoy = undefined
    })
    return fresh.hash
  }

  const verify = async (kept: PasswordHash | null, password: string): Promise<boolean> => {
    const stand = await currentDecoy() // whoever comes first after a turn waits for it, known or unknown
    const compared = kept ?? stand
    if (!peppers.find(compared.pepper)) await peppers.reload?.() // another process has just turned it
    const pepper = peppers.find(compared.pepper)
    if (!pepper) throw new Error(`pepper ${compared.pepper} is missing from the pepper file`)
    const right = await inTurn(() => argon2.verify(compared.argon2, peppered(pepper.key, password)))
    return right && kept !== null
  }

  return {
    /** How many are being hashed in this process, and how many wait for their turn. */
    load: () => inTurn.load(),
    hash: make,
    /** Whether the pepper has turned since; whoever knows the password now hashes it anew. */
    isStale: ({ pepper }: PasswordHash): boolean => pepper !== peppers.current.id,
    /** Takes the same time where there is no hash to compare with, so that the answer does not tell who has an account. */
    verify,
    /**
     * As `verify`, for what somebody typed or pasted: what was copied often has a blank at its end. Without the blanks around it
     * the password is tried only where it is wrong with them, and then also where there is no hash, so that the time tells nothing.
     * @returns the password that was right, null where none was
     */
    match: async (kept: PasswordHash | null, typed: string): Promise<string | null> => {
      if (await verify(kept, typed)) return typed
      const bare = typed.trim()
      return bare !== typed && bare !== '' && (await verify(kept, bare)) ? bare : null
    },
    close: () => argon2.close(),
  }
}
export type Passwords = ReturnType<typeof createPasswords>

/**
 * NFKC, so that the same password typed on another keyboard is the same bytes (NIST SP 800-63B 3.1.1.2). As base64, since
 * the library's `verify` reads its input as text.
 */
const peppered = (pepper: Buffer, password: string) =>
  createHmac('sha256', pepper).update(password.normalize('NFKC')).digest('base64')
