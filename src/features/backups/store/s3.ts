import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { BackupFault } from '../faults.ts'
import type { BackupSettings } from '../needs.ts'
import type { Store, Stored } from './store.ts'

type Settings = { store: string; s3: NonNullable<BackupSettings['s3']> }

/** 10,000 parts, which is the most there may be, make 160 GB; two are held at a time. */
const partBytes = 16 * 1024 * 1024

/**
 * A bucket of an S3-compatible service as a store. An object appears when its upload is completed, and not before.
 * @param store s3://bucket/prefix
 */
export const createBucketStore = ({ store, s3 }: Settings): Store => {
  const [, Bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(store) ?? []
  const client = new S3Client({
    region: s3.region,
    credentials: { accessKeyId: s3.keyId, secretAccessKey: s3.secret },
    ...(s3.endpoint ? { endpoint: s3.endpoint, forcePathStyle: true } : {}),
    // Checksums of the newest kind are unknown to many a compatible service; ours are in the manifest.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 4,
  })
  const keyOf = (name: string) => (prefix ? `${prefix}/${name}` : name)
  const nameOf = (key: string) => (prefix ? key.slice(prefix.length + 1) : key)

  const asked = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((fault: unknown) => {
      throw new BackupFault('store-unreachable', `${store}: ${(fault as Error).name}`)
    })
  const orNull = <T>(answer: Promise<T>): Promise<T | null> =>
    asked(
      answer.catch((fault: unknown) => {
        if (['NoSuchKey', 'NotFound'].includes((fault as Error).name)) return null
        throw fault
      }),
    )

  return {
    where: store,

    write: async (name, source) => {
      const upload = new Upload({
        client,
        params: { Bucket, Key: keyOf(name), Body: source },
        queueSize: 2,
        partSize: partBytes,
        leavePartsOnError: false,
      })
      await upload.done().catch((fault: unknown) => {
        // What the source says is passed on as it is; the library aborts it where the service fails.
        const { errored } = source
        throw errored && errored.name !== 'AbortError'
          ? errored
          : new BackupFault('store-unreachable', `${store}: ${(fault as Error).name}`)
      })
    },

    read: async name => {
      const answer = await orNull(client.send(new GetObjectCommand({ Bucket, Key: keyOf(name) })))
      return answer?.Body instanceof Readable ? answer.Body : null
    },

    size: async name => {
      const answer = await orNull(client.send(new HeadObjectCommand({ Bucket, Key: keyOf(name) })))
      return answer?.ContentLength ?? null
    },

    list: async () => {
      const all: Stored[] = []
      for (let from: string | undefined; ;) {
        const page = await asked(
          client.send(
            new ListObjectsV2Command({
              Bucket,
              Prefix: prefix ? `${prefix}/` : '',
              ...(from ? { ContinuationToken: from } : {}),
            }),
          ),
        )
        for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.Contents ?? [])
          if (!nameOf(Key).includes('/')) all.push({ name: nameOf(Key), size: Size, at: LastModified })
        from = page.NextContinuationToken
        if (!from) return all
      }
    },

    remove: async name => {
      await asked(client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(name) })))
    },

    sweep: async () => {
      // Not every service can list them; a rule of the bucket's own that drops them after a day does as well.
      const left = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: keyOf('') })).catch(() => null)
      for (const { Key, UploadId } of left?.Uploads ?? [])
        // What is on its way into a folder below is another's.
        if (Key && !nameOf(Key).includes('/'))
          await asked(client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })))
    },
  }
}
