import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// It has no types of its own, and those on the registry are for another version.
const S3rver = createRequire(import.meta.url)('s3rver') as new (options: object) => {
  run: () => Promise<AddressInfo>
  close: () => Promise<void>
}

/** A small S3 server of its own, with one bucket, behind a wire that can be cut. */
export const startBucketServer = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ostoja-bucket-'))
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: 'backups', configs: [] }],
  })
  const { port } = await server.run()
  const sockets = new Set<Socket>()
  let left = Infinity

  const wire = createServer(client => {
    if (left <= 0) return client.destroy()
    const upstream = connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => [client, upstream].forEach(each => each.destroy()))
    }
    client.on('data', (bytes: Buffer) => {
      left -= bytes.length
      if (left <= 0) for (const socket of sockets) socket.destroy()
    })
    client.pipe(upstream)
    upstream.pipe(client)
  })
  await new Promise<void>(resolve => wire.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(wire.address() as AddressInfo).port}`

  return {
    settings: {
      BACKUP_STORE: 's3://backups/ostoja',
      BACKUP_S3_ENDPOINT: endpoint,
      BACKUP_S3_KEY_ID: 'S3RVER',
      BACKUP_S3_SECRET: 'S3RVER',
    },
    s3: { endpoint, region: 'us-east-1', keyId: 'S3RVER', secret: 'S3RVER' },
    /** Cuts the wire once so many bytes have been sent, and keeps it cut. */
    cutAfter: (bytes: number) => {
      left = bytes
    },
    mend: () => {
      left = Infinity
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => wire.close(resolve))
      await server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
export type BucketServer = Awaited<ReturnType<typeof startBucketServer>>
