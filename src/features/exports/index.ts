export type {
  ExportedClient,
  ExportedContact,
  ExportedContactPhone,
  ExportedPhone,
  ExportManifest,
  ExportVocabulary,
} from './exported-client.ts'
export { createExportErasing } from './erasing.ts'
export { exportAttention } from './attention.ts'
export { createExports, type Exports } from './exports.ts'
export { loadViewer } from './file/shell.ts'
export { generatePassphrase } from './passphrase/generated.ts'
export { isStrongEnough } from './passphrase/strength.ts'
export { exportRoutes } from './routes.ts'
