export { makeKeyPair, type KeyPair } from './key-pair.ts'
export { createOfficerKeys, type OfficerKey, type OfficerKeys } from './officer-keys.ts'
export { officerKeyRoutes } from './routes.ts'
