import type { ExportManifest } from '../exported-client.ts'
import type { Format } from './format.ts'

/**
 * What the viewer reads: JSON, one line for the manifest and one for each client. Plain rather than compressed, so that
 * `age -d` alone gives something a person, grep and jq can read on the day nothing else works; and lines rather than
 * one document, so that both sides handle it piece by piece.
 */
export const jsonLinesFormat = (manifest: ExportManifest): Format => ({
  begin: () => `${JSON.stringify(manifest)}\n`,
  client: client => `${JSON.stringify(client)}\n`,
  end: () => '',
})
