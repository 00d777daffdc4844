export type { ExportedClient, ExportedContact, ExportedContactPhone, ExportedPhone, ExportManifest, ExportVocabulary } from './exported-client.ts'
