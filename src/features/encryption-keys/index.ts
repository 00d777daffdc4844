export { keyAttention } from './attention.ts'
export { createKeyDesk, type KeyDesk, type Overview } from './desk.ts'
export { keyRoutes } from './routes.ts'
export {
  createEncryptionKeys,
  type EncryptionKeys,
  type KeyStatus,
  type Outcome,
  type Progress,
} from './encryption-keys.ts'
export type { FileStep } from './key-file.ts'
export type { BlindIndex, PassingPlace, SealedColumn } from './places.ts'
