import type { ExportedClient, ExportManifest } from '../../../features/exports/index.ts'
import { Unopened } from './verdict.ts'

export type Records = { manifest: ExportManifest; clients: ExportedClient[] }

/**
 * Reads the plain text of an export (JSON, one line each) as it is decrypted.
 * @param total bytes to expect, for progress
 * @throws Unopened `altered` when a piece does not pass age's own check or is no export
 */
export const readRecords = async (
  plain: ReadableStream<Uint8Array>,
  total: number,
  onProgress: (share: number) => void,
) => {
  const decoder = new TextDecoder()
  const clients: ExportedClient[] = []
  let manifest: ExportManifest | undefined
  let rest = ''
  let bytes = 0
  const take = (line: string) => {
    if (manifest) clients.push(JSON.parse(line) as ExportedClient)
    else manifest = JSON.parse(line) as ExportManifest
  }
  try {
    const reader = plain.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      bytes += value.length
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) take(line)
      onProgress(Math.min(1, bytes / total))
    }
  } catch (error) {
    throw error instanceof RangeError ? error : new Unopened('altered', error)
  }
  if (manifest?.format !== 'ostoja-export' || rest) throw new Unopened('altered')
  return { manifest, clients } satisfies Records
}
