export type { KitFiles } from './contents.ts'
export { createRecoveryKits, type RecoveryKits } from './recovery-kits.ts'
