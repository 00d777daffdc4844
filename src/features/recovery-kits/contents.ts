import { z } from 'zod'

/**
 * What a recovery kit holds: the files without which a database, or a backup of it, cannot be read. `backupIdentity` is the
 * private half of the key that backups are sealed to, where the installation has it.
 */
const contents = z.object({
  format: z.literal('ostoja-recovery-kit'),
  version: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{8}$/),
  madeAt: z.iso.datetime(),
  rootKeys: z.string().min(1),
  peppers: z.string().min(1),
  backupIdentity: z.string().min(1).optional(),
})
export type KitContents = z.infer<typeof contents>
export type KitFiles = Pick<KitContents, 'rootKeys' | 'peppers' | 'backupIdentity'>

/** The contents in a text that was sealed, or null where it is no recovery kit of a version known here. */
export const readContents = (text: string): KitContents | null => {
  try {
    return contents.parse(JSON.parse(text))
  } catch {
    return null
  }
}
