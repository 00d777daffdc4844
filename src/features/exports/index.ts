export type {
  ExportedClient,
  ExportedContact,
  ExportedContactPhone,
  ExportedPhone,
  ExportManifest,
  ExportVocabulary,
} from './exported-client.ts'
export { createExports, type Exports } from './exports.ts'
export { loadViewer } from './file/shell.ts'
export { exportRoutes } from './routes.ts'
