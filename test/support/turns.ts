import type { Ostoja } from './ostoja.ts'

export type Kind = 'data' | 'index' | 'root' | 'pepper'

const silent = () => undefined

/** How each kind of key is turned to the end. */
export const turnsOf = ({ encryptionKeys }: Pick<Ostoja['features'], 'encryptionKeys'>) =>
  ({
    data: tenantId => encryptionKeys.rotate('data', { tenantId, atOnce: true }),
    index: tenantId => encryptionKeys.rotate('index', { tenantId }),
    root: () => encryptionKeys.rotateRoot(silent),
    pepper: () => encryptionKeys.rotatePepper(silent),
  }) satisfies Record<Kind, (tenantId: string) => Promise<unknown>>
