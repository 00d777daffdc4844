import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { deriveWrapKey, normalPassphrase } from '../../src/features/exports/file/wrap-key.ts'
import { writeExport } from '../../src/features/exports/file/write-export.ts'
import { formatOf } from '../../src/features/exports/formats/formats.ts'
import { blankViewer, sampleClients, sampleManifest, samplePassphrase, sampleWords } from '../support/export-samples.ts'
import { memoryInUse } from '../support/memory.ts'
import { rounds } from '../support/rounds.ts'

it('an export keeps nothing in memory of the clients that are written, however many', async () => {
  const wrapKey = await deriveWrapKey(normalPassphrase(samplePassphrase), 10)
  const count = rounds({ soak: 66_667, usual: 15_000 })
  const measureEvery = 4_000_000
  let bytes = 0
  const inUse: number[] = []
  const nowhere = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      const before = bytes
      bytes += piece.length
      if (Math.floor(before / measureEvery) < Math.floor(bytes / measureEvery)) inUse.push(memoryInUse())
      done()
    },
  })
  const written = await writeExport({
    records: sampleClients(count),
    format: formatOf('viewer', sampleManifest(), sampleWords, 'pl'),
    audience: { wrapKey, publicKeys: [] },
    createdAt: sampleManifest().createdAt,
    viewer: blankViewer,
    out: nowhere,
  })
  expect(written).toMatchObject({ clients: count, contacts: 3 * count, bytes })
  expect(bytes).toBeGreaterThan(1500 * count)
  expect(inUse.length).toBeGreaterThan(4)
  // The first part also loads code and buffers; from there on what is in use must not follow what is written.
  const [afterFirst = 0, ...later] = inUse
  expect(Math.max(...later) - afterFirst).toBeLessThan(10e6)
})
